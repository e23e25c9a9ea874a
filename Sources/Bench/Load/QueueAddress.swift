/// A queue of a server, as requests name it.
struct QueueAddress {
    let url: String
    /// The path that requests of the query protocol go to, as SDKs send them.
    let path: [UInt8]
    /// What bodies begin with: up to and with the comma or ampersand after the URL.
    let jsonFront: [UInt8]
    let formURL: [UInt8]

    init(url: String) {
        self.url = url
        path = Array(QueueAddress.path(of: url).utf8)
        jsonFront = Array("{\"QueueUrl\":\"\(url)\",".utf8)
        formURL = Array(FormFields.coded(url).utf8)
    }

    /// The path of a URL; `/` when it has none.
    static func path(of url: String) -> String {
        let rest = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return rest.count == 4 ? "/\(rest[3])" : "/"
    }
}
