/// A notification as its receiver has it.
struct Envelope {
    let topicARN: String
    let messageID: String
    let sequence: String?
    let message: String
    let isReplayed: Bool
    /// The attributes `kind` and `price`.
    let kind: String?
    let price: String?

    /// The text that was published, and the envelope around it; nil when it came without.
    static func open(_ body: String) -> (text: String, envelope: Envelope?) {
        guard body.first == "{", let json = JSON(Array(body.utf8)[...]),
            json.text("Type") == "Notification", let message = json.text("Message")
        else { return (body, nil) }
        let attributes = json["MessageAttributes"]
        let envelope = Envelope(
            topicARN: json.text("TopicArn") ?? "", messageID: json.text("MessageId") ?? "",
            sequence: json.text("SequenceNumber"), message: message,
            isReplayed: json.text("Replayed") == "true",
            kind: attributes?["kind"]?.text("Value"), price: attributes?["price"]?.text("Value"))
        return (message, envelope)
    }

    /// What is wrong with it; nil when it is what was published.
    func fault(of publication: Publication) -> String? {
        if topicARN != publication.topic.arn { return "names topic \(topicARN)" }
        if kind != publication.attributes.kind || price != "\(publication.attributes.price)" {
            return "has attributes \(kind ?? "none"), \(price ?? "none")"
        }
        // Every request was answered: then it is one of the answers.
        if publication.windows.count == publication.answers.count,
            !publication.answers.contains(where: { $0.id == messageID })
        {
            return "has the identifier \(messageID), which no answer had"
        }
        if let known = publication.answers.first(where: { $0.id == messageID }),
            publication.topic.isFIFO, known.sequence != sequence
        {
            return "has the number \(sequence ?? "none"), not \(known.sequence ?? "none")"
        }
        return nil
    }
}
