import BrokerCore
import Bytes

/// The parameters of a query string in the order and the spelling that signatures are made of.
///
/// Kept between requests for its memory; the views in `fields` die with the next `read`.
struct CanonicalQuery: ~Copyable {
    /// Where name and value of a parameter stand in `encoded`.
    private struct Parameter {
        let name: Range<Int>
        let value: Range<Int>
    }

    private var parameters: [Parameter] = []
    private var decoded = ByteWriter(capacity: 1024)
    private var encoded = ByteWriter(capacity: 1024)
    /// The parts of a signature among the parameters.
    private(set) var fields = SignatureFields(in: .query)

    /// Reads the parameters of `query` and puts them in order; the signature is none of them.
    mutating func read(_ query: ByteView) throws(BrokerError) {
        if query.isEmpty, parameters.isEmpty, !fields.isPresent { return }
        parameters.removeAll(keepingCapacity: true)
        decoded.removeAll()
        encoded.removeAll()
        fields = SignatureFields(in: .query)
        guard !query.isEmpty else { return }
        // What is decoded is not longer than what was sent, so that the views stay where they are.
        decoded.reserve(query.count)
        var from = 0
        while from < query.count {
            let end = query.firstIndex(of: Character.ampersand, from: from) ?? query.count
            if end > from {
                guard parameters.count < QueryParameters.limit else {
                    throw QueryParameters.tooMany
                }
                append(pair: query[from..<end])
            }
            from = end + 1
        }
        let text = encoded.view
        for index in 1..<max(parameters.count, 1)
        where CanonicalQuery.precedes(parameters[index], parameters[index - 1], text) {
            parameters.sort { CanonicalQuery.precedes($0, $1, text) }
            return
        }
    }

    private mutating func append(pair: ByteView) {
        let equals = pair.firstIndex(of: Character.equals) ?? pair.count
        let name = decode(pair.prefix(equals))
        let value = decode(pair.dropFirst(equals + 1))
        guard !fields.take(name, value) else { return }
        let start = encoded.count
        encoded.append(percentEncoded: name)
        let middle = encoded.count
        encoded.append(percentEncoded: value)
        parameters.append(
            Parameter(name: start..<middle, value: middle..<encoded.count))
    }

    /// What `text` stands for; itself when it is no percent coding.
    private mutating func decode(_ text: ByteView) -> ByteView {
        let start = decoded.count
        if !PercentCoding.decode(text, plusIsSpace: true, into: &decoded) { decoded.append(text) }
        return decoded.view.dropFirst(start)
    }

    private static func precedes(
        _ left: Parameter, _ right: Parameter, _ text: ByteView
    ) -> Bool {
        let (leftName, rightName) = (text[left.name], text[right.name])
        if leftName == rightName { return text[left.value].precedes(text[right.value]) }
        return leftName.precedes(rightName)
    }

    /// Appends `name=value` of every parameter, with ampersands between.
    func append(to canonical: inout ByteWriter) {
        let text = encoded.view
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { canonical.append(Character.ampersand) }
            canonical.append(text[parameter.name])
            canonical.append(Character.equals)
            canonical.append(text[parameter.value])
        }
    }
}
