/// Where deliveries to subscribers that are no queues go.
extension OptionTable {
    static let delivery: [Option] = [
        Option(
            "sns-url", "URL", allowed: "self, or the http or https URL of a host without a query",
            help: "What SigningCertURL, SubscribeURL and UnsubscribeURL begin with. self: this "
                + "server, http://localhost:PORT.",
            read: { readURL($0, unset: "self", isBase: true, into: &$1.snsURL) },
            show: { $0.snsURL ?? "self" }),
        Option(
            "ca-bundle", "FILE", allowed: "system, or the path of a file of PEM certificates",
            help: "The authorities that certificates of https subscribers are checked against. "
                + "system: those that OpenSSL finds on this machine.",
            read: { text, options in
                options.caBundle = text == "system" ? nil : text
                return !text.isEmpty
            },
            show: { $0.caBundle ?? "system" }),
        Option(
            "sendmail", "COMMAND", allowed: "none, or a command and its arguments",
            help: "Takes the messages of email subscribers on standard input, such as "
                + "\"/usr/sbin/sendmail -i\". Words are separated by spaces and there is no shell. "
                + "The recipient is the last argument, unless the command has -t.",
            read: { text, options in
                let words = text.split(separator: " ").map(String.init)
                options.sendmail = words == ["none"] ? [] : words
                return !words.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            },
            show: { $0.sendmail.isEmpty ? "none" : $0.sendmail.joined(separator: " ") }),
        endpoint(
            "lambda-endpoint", \.lambdaEndpoint,
            help: "Invokes the functions of lambda subscribers: POST "
                + "URL/2015-03-31/functions/NAME/invocations."),
        endpoint(
            "firehose-endpoint", \.firehoseEndpoint,
            help: "Takes the PutRecord calls for firehose subscribers."),
        endpoint(
            "sms-gateway", \.smsGateway, help: "Takes text messages for phones as JSON."),
        endpoint(
            "push-gateway", \.pushGateway,
            help: "Takes push notifications for mobile applications as JSON."),
        Option(
            "delivery-log", "FILE", allowed: "none, or the path of a file",
            help: "Takes the status of deliveries as topics ask for it, a JSON object a line. At "
                + "64 MiB it becomes FILE.1 and a new one begins. none: they go to the log.",
            read: { text, options in
                options.deliveryLog = text == "none" ? nil : text
                return !text.isEmpty
            },
            show: { $0.deliveryLog ?? "none" }),
    ]

    /// An option that names a server, and is off unless it is set.
    private static func endpoint(
        _ name: String, _ field: WritableKeyPath<Options, String?> & Sendable, help: String
    ) -> Option {
        Option(
            name, "URL", allowed: "none, or an http or https URL",
            help: help + " none: such deliveries fail.",
            read: { readURL($0, unset: "none", isBase: false, into: &$1[keyPath: field]) },
            show: { $0[keyPath: field] ?? "none" })
    }

    /// Reads a URL without the slashes at its end, or the word for not set.
    ///
    /// - Parameter isBase: Whether paths will be appended for others to see, so that neither a query
    ///   nor credentials may stand there.
    private static func readURL(
        _ text: String, unset: String, isBase: Bool, into value: inout String?
    ) -> Bool {
        if text == unset {
            value = nil
            return true
        }
        guard let address = try? WebAddress(text), !text.utf8.contains(0x23) else { return false }
        if isBase, address.credentials != nil || address.target.utf8.contains(0x3F) { return false }
        var url = text
        while url.hasSuffix("/") { url.removeLast() }
        value = url
        return true
    }
}
