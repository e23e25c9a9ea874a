import Bytes
import Testing

@Suite struct ByteTests {
    @Test func aWriterHoldsWhatWasAppendedHoweverItGrew() {
        var shuffle = Shuffle(seed: 2)
        for _ in 0..<200 {
            var writer = ByteWriter(capacity: 1)
            var model: [UInt8] = []
            for _ in 0..<shuffle.below(60) {
                switch shuffle.below(6) {
                case 0:
                    let byte = UInt8(truncatingIfNeeded: shuffle.next())
                    writer.append(byte)
                    model.append(byte)
                case 1:
                    let bytes = shuffle.bytes(shuffle.below(200))
                    withView(bytes) { writer.append($0) }
                    model += bytes
                case 2:
                    let value = UInt32(truncatingIfNeeded: shuffle.next())
                    writer.append(littleEndian: value)
                    writer.append(bigEndian: value)
                    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
                    model += bytes + bytes.reversed()
                case 3:
                    let value = Int64(truncatingIfNeeded: shuffle.next()) >> shuffle.below(64)
                    writer.append(decimal: Int(value))
                    model += Array(String(value).utf8)
                case 4 where !model.isEmpty:
                    let length = shuffle.below(model.count + 1)
                    writer.truncate(to: length)
                    model = Array(model.prefix(length))
                default:
                    writer.append("literal")
                    writer.append(String("text"))
                    model += Array("literaltext".utf8)
                }
            }
            #expect(writer.array == model && writer.count == model.count)
        }
    }

    @Test func decimalsAreWrittenToTheirLastDigit() {
        var values: [UInt64] = [0, .max]
        var power: UInt64 = 1
        for _ in 0..<19 {
            power *= 10
            values += [power - 1, power, power + 1]
        }
        for value in values {
            var writer = ByteWriter()
            writer.append(decimal: value)
            #expect(writer.view.string == String(value))
        }
        var writer = ByteWriter()
        writer.append(decimal: Int.min)
        #expect(writer.view.string == String(Int.min))
    }

    @Test func writtenBytesAreReplaced() {
        var writer = ByteWriter()
        writer.append("0123456789")
        writer.replace(at: 2, with: "abc")
        writer.replace(at: 6, littleEndian: UInt32(0x7A79_7877))
        writer.replace(at: 10, with: "")
        #expect(writer.view == "01abc5wxyz")
    }

    @Test func forgettingKeepsOnlyAsMuchMemoryAsAllowed() {
        var writer = ByteWriter()
        writer.append([UInt8](repeating: 1, count: 5000))
        writer.removeAll(keepingCapacityUpTo: 100)
        #expect(writer.count == 0 && writer.view.isEmpty)
        writer.append("again")
        #expect(writer.view == "again")
    }

    @Test func aViewIsCutAndSearched() {
        let view: ByteView = "hello, world"
        #expect(view[7..<12] == "world")
        #expect(view.prefix(5) == "hello" && view.prefix(99) == view)
        #expect(view.dropFirst(7) == "world" && view.dropFirst(99).isEmpty)
        #expect(view.firstIndex(of: 0x6F) == 4)
        #expect(view.firstIndex(of: 0x6F, from: 5) == 8)
        #expect(view.firstIndex(of: 0x6F, from: 9) == nil)
        #expect(view.firstIndex(of: 0x68, from: 12) == nil)
        #expect(ByteView().firstIndex(of: 0) == nil)
        #expect(view.hasPrefix("hello") && !view.hasPrefix("hello, world!"))
        #expect(ByteView() == "" && view.string == "hello, world")
        #expect(view.littleEndian(at: 8, as: UInt32.self) == 0x646C_726F)
    }

    @Test func aReaderGivesWhatAWriterTook() throws {
        var writer = ByteWriter()
        writer.append(UInt8(7))
        writer.append(littleEndian: UInt16(0xABCD))
        writer.append(littleEndian: Int64(-5))
        writer.append(bigEndian: UInt32(0x0102_0304))
        writer.append("rest")
        var reader = ByteReader(writer.view)
        #expect(try reader.integer(UInt8.self) == 7)
        #expect(try reader.integer(UInt16.self) == 0xABCD)
        #expect(try reader.integer(Int64.self) == -5)
        #expect(try reader.bigEndianInteger(UInt32.self) == 0x0102_0304)
        #expect(throws: ByteReader.EndOfBytes.self) { try reader.integer(UInt64.self) }
        #expect(throws: ByteReader.EndOfBytes.self) { try reader.view(5) }
        #expect(throws: ByteReader.EndOfBytes.self) { try reader.view(-1) }
        #expect(reader.remaining == 4)
        #expect(try reader.view(4) == "rest")
        #expect(try reader.view(0).isEmpty)
    }

    @Test func reachingOutsideStopsTheProcess() async {
        await #expect(processExitsWith: .failure) { _ = ByteView("ab")[2] }
        await #expect(processExitsWith: .failure) { _ = ByteView("ab")[1..<3] }
        await #expect(processExitsWith: .failure) {
            _ = ByteView("abc").littleEndian(at: 0, as: UInt32.self)
        }
        await #expect(processExitsWith: .failure) {
            var writer = ByteWriter()
            writer.append("ab")
            writer.replace(at: 1, with: "cd")
        }
    }
}
