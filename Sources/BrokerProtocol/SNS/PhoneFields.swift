import BrokerCore
import Bytes

extension CreatePlatformApplication: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("Name") {
            self.name = try reader.readString()
        } else if name.is("Platform") {
            platform = try reader.readString()
        } else if name.is("Attributes") {
            attributes = try reader.readPairs().map { (name: $0, value: $1) }
        }
    }
}

extension CreatePlatformEndpoint: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("PlatformApplicationArn") {
            platformApplicationARN = try reader.readString()
        } else if name.is("Token") {
            token = try reader.readString()
        } else if name.is("CustomUserData") {
            customUserData = try reader.readString()
        } else if name.is("Attributes") {
            attributes = try reader.readPairs().map { (name: $0, value: $1) }
        }
    }
}

extension PhoneNumberRequest: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        // The older actions begin their names in lower case.
        if name.is("phoneNumber") || name.is("PhoneNumber") {
            phoneNumber = try reader.readString()
        }
    }
}

extension CreateSMSSandboxPhoneNumber: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("PhoneNumber") {
            phoneNumber = try reader.readString()
        } else if name.is("LanguageCode") {
            languageCode = try reader.readString()
        }
    }
}

extension VerifySMSSandboxPhoneNumber: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("PhoneNumber") {
            phoneNumber = try reader.readString()
        } else if name.is("OneTimePassword") {
            oneTimePassword = try reader.readString()
        }
    }
}

extension GetSMSAttributes: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("attributes") { names = try reader.readStrings() }
    }
}
