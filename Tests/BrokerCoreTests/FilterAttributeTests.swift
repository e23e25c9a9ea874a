import Testing

@testable import BrokerCore

/// Policies on attributes, most of them from AWS's documentation.
@Suite struct FilterAttributeTests {
    struct Case: Sendable {
        let policy: String
        let wanted: [[String]]
        let unwanted: [[String]]

        init(_ policy: String, wanted: [[String]], unwanted: [[String]]) {
            self.policy = policy
            self.wanted = wanted
            self.unwanted = unwanted
        }
    }

    static let strings = [
        Case(
            #"{"store":["example_corp"]}"#,
            wanted: [["store=example_corp"], ["a=b", "store=example_corp"]],
            unwanted: [
                ["store=Example_corp"], ["store=example_corp2"], ["Store=example_corp"], [],
                ["store:Binary=example_corp"],
            ]),
        Case(
            #"{"customer_interests":["rugby","football","baseball"]}"#,
            wanted: [
                ["customer_interests=rugby"], ["customer_interests=football"],
                [#"customer_interests:String.Array=["soccer","baseball"]"#],
                ["customer_interests:String.sport=rugby"],
            ],
            unwanted: [
                ["customer_interests=hockey"], [#"customer_interests:String.Array=["soccer"]"#],
                ["customer_interests:Number=1"],
            ]),
        Case(
            #"{"store":["example_corp"],"event":[{"anything-but":"order_cancelled"}],"#
                + #""customer_interests":["rugby","football","baseball"],"#
                + #""price_usd":[{"numeric":[">=",100]}]}"#,
            wanted: [
                [
                    "store=example_corp", "event=order_placed", "price_usd:Number=210.75",
                    #"customer_interests:String.Array=["soccer","rugby","hockey"]"#,
                ]
            ],
            unwanted: [
                [
                    "store=example_corp", "event=order_cancelled", "price_usd:Number=210.75",
                    #"customer_interests:String.Array=["soccer","rugby","hockey"]"#,
                ],
                [
                    "store=example_corp", "event=order_placed", "price_usd:Number=99.99",
                    #"customer_interests:String.Array=["soccer","rugby","hockey"]"#,
                ],
                ["store=example_corp", "event=order_placed", "price_usd:Number=210.75"],
            ]),
        Case(
            #"{"customer_interests":[{"prefix":"bas"}]}"#,
            wanted: [["customer_interests=baseball"], ["customer_interests=bas"]],
            unwanted: [
                ["customer_interests=rugby"], ["customer_interests=ba"],
                ["customer_interests=Basket"],
            ]),
        Case(
            #"{"customer_interests":[{"suffix":"ball"}]}"#,
            wanted: [["customer_interests=baseball"], ["customer_interests=ball"]],
            unwanted: [["customer_interests=ballet"], ["customer_interests=all"]]),
        Case(
            #"{"customer_interests":[{"equals-ignore-case":"tennis"}]}"#,
            wanted: [["customer_interests=TENNIS"], ["customer_interests=Tennis"]],
            unwanted: [["customer_interests=tennis2"], ["customer_interests=tenni"]]),
        Case(
            #"{"name":[{"equals-ignore-case":"Äpfel"}]}"#,
            wanted: [["name=äpfel"], ["name=ÄPFEL"]], unwanted: [["name=apfel"], ["name=äpfe"]]),
        Case(
            #"{"name":[{"equals-ignore-case":"kelvin"}]}"#,
            wanted: [["name=\u{212A}elvin"]], unwanted: [["name=\u{212A}elvi"]]),
        Case(
            #"{"ip":[{"cidr":"10.0.0.0/24"}]}"#,
            wanted: [["ip=10.0.0.0"], ["ip=10.0.0.255"]],
            unwanted: [["ip=10.1.1.0"], ["ip=10.0.0.256"], ["ip=10.0.0"], ["ip=10.0.1.0"]]),
        Case(
            #"{"name":[""]}"#, wanted: [[#"name:String.Array=["a",""]"#]], unwanted: [["name=a"]]),
    ]

    static let exceptions = [
        Case(
            #"{"customer_interests":[{"anything-but":["rugby","tennis"]}]}"#,
            wanted: [
                ["customer_interests=baseball"], ["customer_interests=football"],
                [#"customer_interests:String.Array=["rugby","baseball"]"#],
                ["customer_interests:Number=5"], [#"customer_interests:String.Array=[true]"#],
            ],
            unwanted: [
                ["customer_interests=rugby"], [#"customer_interests:String.Array=["rugby"]"#],
                ["other=x"], [],
            ]),
        Case(
            #"{"event":[{"anything-but":{"prefix":"order-"}}]}"#,
            wanted: [["event=data-entry"], ["event=order_number"]],
            unwanted: [["event=order-cancelled"]]),
        Case(
            #"{"event":[{"anything-but":{"suffix":"ball"}}]}"#,
            wanted: [["event=rugby"]], unwanted: [["event=baseball"]]),
        Case(
            #"{"event":[{"anything-but":{"wildcard":"*ball"}}]}"#,
            wanted: [["event=hockey"]], unwanted: [["event=basketball"]]),
        Case(
            #"{"event":[{"anything-but":{"equals-ignore-case":["Tennis","rugby"]}}]}"#,
            wanted: [["event=football"]], unwanted: [["event=TENNIS"], ["event=Rugby"]]),
        Case(
            #"{"event":[{"anything-but":{"prefix":["a","b"]}}]}"#,
            wanted: [["event=c"]], unwanted: [["event=ax"], ["event=b"]]),
        Case(
            #"{"price":[{"anything-but":[100,500]}]}"#,
            wanted: [["price:Number=101"], ["price:Number=100.1"], ["price=100"]],
            unwanted: [
                ["price:Number=100"], ["price:Number=100.0"], ["price:Number=5e2"],
            ]),
    ]

    static let numbers = [
        Case(
            #"{"price_usd":[301.5,42]}"#,
            wanted: [
                ["price_usd:Number=301.5"], ["price_usd:Number=301.50"], ["price_usd:Number=42"],
                ["price_usd:Number=42.0"], ["price_usd:Number=4.2e1"],
                ["price_usd:Number.int=42"], [#"price_usd:String.Array=[1, 42]"#],
            ],
            unwanted: [["price_usd=42"], ["price_usd:Number=42.00001"]]),
        Case(
            #"{"price_usd":[{"numeric":["=",301.5]}]}"#,
            wanted: [["price_usd:Number=301.500"]], unwanted: [["price_usd:Number=302"]]),
        Case(
            #"{"price_usd":[{"numeric":["<",100]},{"numeric":[">=",200,"<",300]}]}"#,
            wanted: [
                ["price_usd:Number=99.99999"], ["price_usd:Number=-1e9"],
                ["price_usd:Number=200"], ["price_usd:Number=299.99999"],
            ],
            unwanted: [
                ["price_usd:Number=100"], ["price_usd:Number=199.99999"],
                ["price_usd:Number=300"], ["price_usd=50"], ["price_usd:Number=+100"],
            ]),
        Case(
            #"{"price_usd":[{"numeric":[">",0,"<=",150]}]}"#,
            wanted: [["price_usd:Number=150"], ["price_usd:Number=0.00001"]],
            unwanted: [
                ["price_usd:Number=0"], ["price_usd:Number=-0"], ["price_usd:Number=150.00001"],
            ]),
        Case(
            #"{"n":[{"numeric":[">",1000000000]}]}"#,
            wanted: [["n:Number=1e38"], ["n:Number=1000000000.00001"]],
            unwanted: [["n:Number=1000000000"], ["n:Number=-1e38"]]),
        Case(
            #"{"n":[10000000000]}"#,
            wanted: [["n:Number=10000000000"]],
            unwanted: [["n:Number=10000000001"], ["n:Number=1e10"]]),
        Case("{\"s\":[\"42\"]}", wanted: [["s=42"]], unwanted: [["s:Number=42"]]),
    ]

    static let presence = [
        Case(
            #"{"store":[{"exists":true}]}"#,
            wanted: [["store=x"], ["store:Number=0"], [#"store:String.Array=["",1]"#]],
            unwanted: [
                ["other=x"], [], ["store:String.Array=[]"], ["store:String.Array=[null]"],
                ["store:Binary=x"],
            ]),
        Case(
            #"{"store":[{"exists":false}]}"#,
            wanted: [["other=x"], ["store:String.Array=[]"]],
            unwanted: [["store=x"], [], ["store:String.Array=oops"]]),
        Case(
            #"{"store":[{"exists":false},"x"],"other":["y"]}"#,
            wanted: [["other=y"], ["store=x", "other=y"]], unwanted: [["store=z", "other=y"]]),
        Case(
            #"{"list":[true,null]}"#,
            wanted: [["list:String.Array=[true]"], ["list:String.Array=[1, null]"]],
            unwanted: [
                ["list=true"], ["list=null"], ["list:String.Array=[false]"],
                [#"list:String.Array=["true"]"#], ["list:String.Array=[[true]]"],
                [#"list:String.Array=[{"a":true}]"#],
            ]),
        Case(
            #"{"list":["b\"ü"]}"#,
            wanted: [[#"list:String.Array=["a", "b\"\u00fc"]"#]],
            unwanted: [
                [#"list:String.Array=["b\"\u00fc""#], [#"list:String.Array="b\"ü""#],
                [#"list:String.Array=["b\"ü"] x"#],
            ]),
        Case("{}", wanted: [[], ["a=b"]], unwanted: []),
    ]

    static let alternatives = [
        Case(
            #"{"source":["aws.cloudwatch"],"$or":[{"metricName":["CPUUtilization"]},"#
                + #"{"namespace":["AWS/EC2","AWS/ES"]}]}"#,
            wanted: [
                ["source=aws.cloudwatch", "metricName=CPUUtilization"],
                ["source=aws.cloudwatch", "namespace=AWS/ES"],
                ["source=aws.cloudwatch", "metricName=x", "namespace=AWS/EC2"],
            ],
            unwanted: [
                ["source=aws.cloudwatch"], ["metricName=CPUUtilization"],
                ["source=aws.cloudwatch", "metricName=x", "namespace=y"],
            ]),
        Case(
            #"{"$or":[{"a":["1"],"$or":[{"b":["2"]},{"c":["3"]}]},{"d":["4"]}]}"#,
            wanted: [["a=1", "b=2"], ["a=1", "c=3"], ["d=4"]],
            unwanted: [["a=1"], ["b=2", "c=3"], ["a=2", "b=2"]]),
        Case(
            #"{"$or":["a","b"]}"#, wanted: [["$or=a"]], unwanted: [["a=a"]]),
        Case(
            #"{"$or":[{"prefix":"a"},{"prefix":"b"}]}"#,
            wanted: [["$or=ax"], ["$or=b"]], unwanted: [["prefix=a"]]),
        Case(
            #"{"a.b":["x"]}"#, wanted: [["a.b=x"]], unwanted: [["a=x"], ["b=x"]]),
        Case(
            #"{"a":["1"],"a":["2"]}"#, wanted: [["a=2"]], unwanted: [["a=1"]]),
    ]

    @Test(arguments: strings + exceptions + numbers + presence + alternatives)
    func aPolicyWantsWhatItSays(_ example: Case) throws {
        for attributes in example.wanted {
            #expect(
                try attributePolicy(example.policy, matches: attributes),
                "\(example.policy) wants \(attributes)")
        }
        for attributes in example.unwanted {
            #expect(
                try !attributePolicy(example.policy, matches: attributes),
                "\(example.policy) does not want \(attributes)")
        }
    }

    @Test func policiesOnAttributesDoNotLookAtTheBody() throws {
        let policy = try FilterPolicy(#"{"a":["x"]}"#, scope: .messageAttributes)
        #expect(!FilterMessage.body(#"{"a":"x"}"#).matches(policy))
    }
}
