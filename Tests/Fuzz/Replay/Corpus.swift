import Glibc

@testable import BrokerServer

/// The inputs under Tests/Corpus, a folder for each target.
enum Corpus {
    private static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/Corpus"
    }()

    /// The inputs of a target, in the order of their names.
    static func inputs(of target: String) throws -> [[UInt8]] {
        let folder = Directory(path: root + "/" + target)
        let names = try folder.files().map(\.name).sorted()
        return try names.map { try bytes(folder.path(of: $0)) }
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        let file = try File(path: path, flags: O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: Int(try file.length()))
        let count = bytes.count
        _ = try unsafe bytes.withUnsafeMutableBytes { buffer in
            // Safe because there is room for the length of the file.
            try unsafe buffer.baseAddress.map {
                try unsafe file.read(into: $0, count: count, at: 0)
            }
        }
        return bytes
    }
}
