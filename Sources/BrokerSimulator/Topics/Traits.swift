/// What filters look at: once in the attributes of a message, and once, drawn apart, in its body.
struct Traits: Equatable {
    static let kinds = ["red", "rose", "blue", "green"]

    var kind: String
    var price: Int

    init(_ random: Randomness) {
        kind = random.pick(Traits.kinds)
        price = random.below(100)
    }

    /// The members of a JSON object.
    var members: String { #""kind":"\#(kind)","price":\#(price)"# }
}

/// What a filter policy wants, as the oracle understands it.
enum FilterRule: Equatable {
    case kinds([String])
    case otherThan(String)
    case prefix(String)
    case price(from: Int, below: Int)
    case kindAndPrice(String, below: Int)
    case kindOrPrice(String, from: Int)
    /// A key that no message has.
    case absent
    /// Nothing at all.
    case nothing

    init(_ random: Randomness) {
        let kind = random.pick(Traits.kinds)
        let price = random.within(1...99)
        switch random.below(9) {
        case 0, 1: self = .kinds([kind])
        case 2: self = .kinds([kind, random.pick(Traits.kinds)])
        case 3: self = .otherThan(kind)
        case 4: self = .prefix("r")
        case 5: self = .price(from: price / 2, below: price)
        case 6: self = .kindAndPrice(kind, below: price)
        case 7: self = .kindOrPrice(kind, from: price)
        default: self = random.chance(500) ? .absent : .nothing
        }
    }

    /// The policy.
    var text: String {
        switch self {
        case .kinds(let kinds): #"{"kind":["\#(kinds.joined(separator: #"",""#))"]}"#
        case .otherThan(let kind): #"{"kind":[{"anything-but":["\#(kind)"]}]}"#
        case .prefix(let prefix): #"{"kind":[{"prefix":"\#(prefix)"}]}"#
        case .price(let from, let below):
            #"{"price":[{"numeric":[">=",\#(from),"<",\#(below)]}]}"#
        case .kindAndPrice(let kind, let below):
            #"{"kind":["\#(kind)"],"price":[{"numeric":["<",\#(below)]}]}"#
        case .kindOrPrice(let kind, let from):
            #"{"$or":[{"kind":["\#(kind)"]},{"price":[{"numeric":[">=",\#(from)]}]}]}"#
        case .absent: #"{"colour":[{"exists":false}]}"#
        case .nothing: #"{"kind":["violet"]}"#
        }
    }

    /// Whether it wants a message with these traits.
    func wants(_ traits: Traits) -> Bool {
        switch self {
        case .kinds(let kinds): kinds.contains(traits.kind)
        case .otherThan(let kind): traits.kind != kind
        case .prefix(let prefix): traits.kind.hasPrefix(prefix)
        case .price(let from, let below): traits.price >= from && traits.price < below
        case .kindAndPrice(let kind, let below): traits.kind == kind && traits.price < below
        case .kindOrPrice(let kind, let from): traits.kind == kind || traits.price >= from
        case .absent: true
        case .nothing: false
        }
    }
}
