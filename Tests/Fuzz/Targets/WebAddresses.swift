import Bytes

@testable import BrokerServer

/// URLs of subscribers: what is sent to them is one request, whatever the URL.
enum WebAddresses {
    static func run(_ input: [UInt8]) {
        let lines = input.parts(most: 3).map(\.text)
        guard let address = try? WebAddress(lines[0]) else { return }
        promise(address.target.utf8.first == 0x2F, "a target begins with a slash")
        promise(!address.endpoint.host.isEmpty, "there is a host")
        let again = try? WebAddress("\(address.endpoint)\(address.target)")
        promise(again?.endpoint == address.endpoint, "an endpoint is written as it is read")
        promise(again?.target == address.target, "and so is the target")
        let fields = lines.count == 3 ? [(name: lines[1], value: lines[2])] : []
        guard let request = try? RequestText.post(to: address, headers: fields, body: [0x78])
        else { return }
        check(request, fields: fields.count + (address.credentials == nil ? 0 : 1))
    }

    /// Three fields are the courier's own; a body of one byte follows.
    private static func check(_ request: [UInt8], fields: Int) {
        let head = request.dropLast()
        var lines = 0
        for index in head.indices where head[index] == 0x0A {
            promise(index > 0 && head[index - 1] == 0x0D, "lines end in CR LF")
            lines += 1
        }
        promise(head.count { $0 == 0x0D } == lines, "and nothing else has a CR")
        let own = 1 + 3 + 1
        promise(lines == own + fields || lines == own + fields - 1, "every field is one line")
    }
}
