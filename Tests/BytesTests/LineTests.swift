import Bytes
import Testing

@Suite struct LineTests {
    @Test func whoeverComesFirstLeavesFirst() {
        var line = Line<Int>()
        var model: [Int] = []
        var next = 0
        for step in 0..<1_000 {
            if step % 7 < 4 {
                line.append(next)
                model.append(next)
                next += 1
            } else if !model.isEmpty {
                #expect(line.removeFirst() == model.removeFirst())
            }
            #expect(line.count == model.count)
            #expect(line.first == model.first)
        }
    }
}
