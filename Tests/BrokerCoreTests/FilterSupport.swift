import Bytes

@testable import BrokerCore

/// A message to be filtered: attributes as (name, type, value) and a body.
struct FilterMessage {
    var attributes: [(name: String, type: String, value: String)] = []
    var body = ""

    /// A message with these attributes, each as `name:type=value`.
    static func attributes(_ texts: [String]) -> FilterMessage {
        FilterMessage(
            attributes: texts.map { text in
                let parts = text.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let head = parts[0].split(separator: ":", maxSplits: 1)
                return (
                    name: String(head[0]), type: head.count > 1 ? String(head[1]) : "String",
                    value: String(parts[1])
                )
            })
    }

    static func body(_ text: String) -> FilterMessage { FilterMessage(body: text) }

    /// Calls `check` with what filters look at.
    func withFacts<Result>(_ check: (inout MessageFacts) -> Result) -> Result {
        var writer = ByteWriter()
        for attribute in attributes {
            attribute.name.withByteView { name in
                attribute.type.withByteView { type in
                    attribute.value.withByteView { value in
                        StoredAttributes.append(
                            name: name, dataType: type, isBinary: attribute.type == "Binary",
                            value: value, to: &writer)
                    }
                }
            }
        }
        return writer.array.withByteView { bytes in
            body.withByteView { body in
                var facts = MessageFacts(attributes: bytes, body: body)
                return check(&facts)
            }
        }
    }

    func matches(_ policy: FilterPolicy) -> Bool { withFacts { policy.matches(&$0) } }
}

/// Whether the policy on attributes wants a message with these, each as `name:type=value`.
func attributePolicy(_ text: String, matches attributes: [String]) throws -> Bool {
    FilterMessage.attributes(attributes)
        .matches(try FilterPolicy(text, scope: .messageAttributes))
}

/// Whether the policy on bodies wants a message with this one.
func bodyPolicy(_ text: String, matches body: String) throws -> Bool {
    FilterMessage.body(body).matches(try FilterPolicy(text, scope: .messageBody))
}

/// What is wrong with a policy; nil when it is valid.
func refusal(_ text: String, _ scope: FilterPolicyScope = .messageBody) -> String? {
    do throws(FilterPolicyError) {
        _ = try FilterPolicy(text, scope: scope)
        return nil
    } catch {
        return error.message
    }
}
