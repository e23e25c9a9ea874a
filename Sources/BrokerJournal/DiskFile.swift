/// A file of the journal: its kind and, for segments and snapshots, its number.
///
/// The name in the directory is the kind's word and the number as 16 hexadecimal digits, for
/// example `segment-000000000000002a`.
public struct DiskFile: Hashable, Sendable {
    /// What a file holds.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// The journal's identity: format, segment size, epoch.
        case manifest
        /// A manifest that is being written.
        case manifestDraft
        /// Records; the number is its first position divided by the segment size.
        case segment
        /// The broker's state at a position; the number is that position.
        case snapshot
        /// A snapshot that is being written.
        case snapshotDraft

        /// The word that begins the file's name.
        var word: String {
            switch self {
            case .manifest, .manifestDraft: "manifest"
            case .segment: "segment"
            case .snapshot, .snapshotDraft: "snapshot"
            }
        }

        /// Whether the name carries a number.
        var isNumbered: Bool { self != .manifest && self != .manifestDraft }

        /// Whether the file is unfinished, which its name says with the ending `.draft`.
        var isDraft: Bool { self == .manifestDraft || self == .snapshotDraft }
    }

    /// What it holds.
    public let kind: Kind
    /// Its number; 0 for the manifest.
    public let number: UInt64

    /// The file of this kind and number.
    public init(_ kind: Kind, number: UInt64 = 0) {
        self.kind = kind
        self.number = number
    }

    /// The segment `number`.
    static func segment(_ number: UInt64) -> DiskFile { DiskFile(.segment, number: number) }

    /// Its name in the directory.
    public var name: String {
        let ending = kind.isDraft ? ".draft" : ""
        guard kind.isNumbered else { return kind.word + ending }
        let digits = String(number, radix: 16)
        let zeros = String(repeating: "0", count: 16 - digits.count)
        return kind.word + "-" + zeros + digits + ending
    }

    /// The file with this name, or nil when the name is not one of the journal's.
    public init?(name: String) {
        let draftless = name.hasSuffix(".draft") ? String(name.dropLast(6)) : name
        let digits = draftless.split(separator: "-", maxSplits: 1).dropFirst().first.map(
            String.init)
        let number = digits.flatMap { UInt64($0, radix: 16) } ?? 0
        for kind in Kind.allCases where DiskFile(kind, number: number).name == name {
            self.init(kind, number: number)
            return
        }
        return nil
    }
}
