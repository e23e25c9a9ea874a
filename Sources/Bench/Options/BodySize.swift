import Glibc

/// How long message bodies are.
enum BodySize: Equatable {
    case fixed(Int)
    /// Every length of the range alike.
    case uniform(ClosedRange<Int>)
    /// Half of them shorter than the median, with a tail; `sigma` says how long a tail.
    case logNormal(median: Int, sigma: Double)
    /// These in turn.
    case list([Int])

    /// The least and the most that a message may have.
    static let range = 1...1_048_576

    static let allowed =
        "N, A-B (uniform), A,B,C (in turn) or lognormal:MEDIAN,SIGMA; sizes from 1 to 1048576 bytes"

    /// Reads what the command line says.
    init?(_ text: String) {
        if let tail = text.suffix(afterPrefix: "lognormal:") {
            let parts = tail.split(separator: ",", omittingEmptySubsequences: false)
            guard parts.count == 2, let median = BodySize.number(parts[0]),
                let sigma = Double(parts[1]), sigma > 0, sigma <= 4
            else { return nil }
            self = .logNormal(median: median, sigma: sigma)
        } else if text.contains("-") {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let low = BodySize.number(parts[0]),
                let high = BodySize.number(parts[1]), low <= high
            else { return nil }
            self = .uniform(low...high)
        } else {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let sizes = parts.compactMap(BodySize.number)
            guard sizes.count == parts.count, let first = sizes.first else { return nil }
            self = sizes.count == 1 ? .fixed(first) : .list(sizes)
        }
    }

    private static func number(_ text: Substring) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }

    /// So many lengths; all the same for the same generator.
    func lengths(_ count: Int, _ generator: inout SeededGenerator) -> [Int] {
        switch self {
        case .fixed(let length): Array(repeating: length, count: count)
        case .list(let lengths): (0..<count).map { lengths[$0 % lengths.count] }
        case .uniform(let range): (0..<count).map { _ in .random(in: range, using: &generator) }
        case .logNormal(let median, let sigma):
            (0..<count).map { _ in
                let length = Double(median) * exp(sigma * generator.nextNormal())
                return Int(min(max(length, 1), Double(BodySize.range.upperBound)))
            }
        }
    }

    /// Whether every body has the same length.
    var isFixed: Bool {
        if case .fixed = self { true } else { false }
    }

    /// As the reports say it.
    var text: String {
        switch self {
        case .fixed(let length): "\(length) bytes"
        case .uniform(let range): "\(range.lowerBound)–\(range.upperBound) bytes, uniform"
        case .logNormal(let median, let sigma): "about \(median) bytes, lognormal σ \(sigma)"
        case .list(let lengths): lengths.map(String.init).joined(separator: ", ") + " bytes in turn"
        }
    }
}

extension String {
    /// What follows a prefix; nil when the text does not begin with it.
    func suffix(afterPrefix prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
