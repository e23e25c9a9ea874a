import Bytes

/// What a message attribute of SNS must be like.
enum NotificationAttributeRules {
    /// - Parameter path: how AWS's texts lead to the message within the request.
    static func check(
        _ attribute: MessageAttribute, path: String = ""
    ) throws(BrokerError) {
        try checkName(attribute.name)
        guard let type = attribute.dataType else {
            throw BrokerError(
                .validationError,
                "1 validation error detected: Value null at '\(path)messageAttributes."
                    + "\(attribute.name.string).member.dataType' failed to satisfy constraint: "
                    + "Member must not be null")
        }
        guard type.count < Limits.attributeNameBytes else {
            throw invalid("Length of message attribute type must be less than 256 bytes.")
        }
        let name = attribute.name.string
        if isKind(type, "String") || isKind(type, "Number") {
            let kind = isKind(type, "String") ? "String" : "Number"
            switch attribute.value {
            case .string(let value) where !value.isEmpty:
                if kind == "Number", !DecimalNumber.isAllowed(value) {
                    throw invalid(
                        "Could not cast message attribute '\(name)' value to number.")
                }
            case .binary:
                throw invalid(
                    "The message attribute '\(name)' with type '\(type.string)' must use field "
                        + "'String'.")
            default: throw empty(name, type)
            }
        } else if isKind(type, "Binary") {
            switch attribute.value {
            case .binary(let value) where !value.isEmpty: break
            case .string:
                throw invalid(
                    "The message attribute '\(name)' with type '\(type.string)' must use field "
                        + "'Binary'.")
            default: throw empty(name, type)
            }
        } else {
            throw invalid(
                "The message attribute '\(name)' has an invalid message attribute type, the set "
                    + "of supported type prefixes is Binary, Number, and String.")
        }
    }

    private static func empty(_ name: String, _ type: ByteView) -> BrokerError {
        invalid(
            "The message attribute '\(name)' must contain non-empty message attribute value for "
                + "message attribute type '\(type.string)'.")
    }

    private static func checkName(_ name: ByteView) throws(BrokerError) {
        guard !name.isEmpty else {
            throw invalid("Message attribute name can not be empty.")
        }
        guard name.count < Limits.attributeNameBytes else {
            throw invalid("Length of message attribute name must be less than 256 bytes.")
        }
        guard name[0] != 0x2E else {
            throw invalid("Invalid message attribute name starting with character '.' was found.")
        }
        guard name[name.count - 1] != 0x2E else {
            throw invalid("Invalid message attribute name ending with character '.' was found.")
        }
        try checkCharacters(name.string)
        let text = name.string.lowercased()
        // Some names are for the services that deliver: AWS.SNS.SMS.SenderID and others.
        if text.hasPrefix("aws.sns.") || text.hasPrefix("aws.mm.") { return }
        guard !text.hasPrefix("aws."), !text.hasPrefix("amazon.") else {
            throw invalid(
                "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. "
                    + "These strings are reserved for internal use.")
        }
    }

    private static func checkCharacters(_ name: String) throws(BrokerError) {
        var previous: Unicode.Scalar?
        for scalar in name.unicodeScalars {
            switch scalar {
            case "0"..."9", "A"..."Z", "a"..."z", "_", "-": break
            case ".":
                guard previous != "." else {
                    throw invalid("Message attribute name can not have successive '.' character.")
                }
            default:
                let code = String(scalar.value, radix: 16, uppercase: true)
                throw invalid(
                    "Invalid non-alphanumeric character '#x\(code)' was found in the "
                        + "message attribute name. Can only include alphanumeric characters, "
                        + "hyphens, underscores, or dots.")
            }
            previous = scalar
        }
    }

    /// The type itself, or the type and a custom suffix behind a period.
    private static func isKind(_ type: ByteView, _ kind: StaticString) -> Bool {
        guard type.hasPrefix(kind) else { return false }
        let length = kind.utf8CodeUnitCount
        return type.count == length || (type[length] == 0x2E && type.count > length + 1)
    }

    private static func invalid(_ text: String) -> BrokerError {
        BrokerError(.parameterValueInvalid, text)
    }
}
