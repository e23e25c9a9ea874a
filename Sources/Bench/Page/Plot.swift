/// A plot of lines over two axes, as SVG that takes its colours from the page.
struct Plot {
    struct Series {
        let name: String
        /// Which of the page's colours it has, from 1 on.
        let color: Int
        let points: [(x: Double, y: Double)]
        /// Whether the space under the line is filled.
        var isFilled = false
        /// Whether the line stays level up to the next point.
        var hasSteps = false
    }

    /// A stretch of the horizontal axis that tells something when the pointer rests on it.
    struct Hint {
        let from: Double
        let to: Double
        let text: String
    }

    let x: Axis
    let y: Axis
    var series: [Series]
    var hints: [Hint] = []
    var width = Plot.half

    /// The widths that a page has for plots, in its own points, so that text is as large as elsewhere.
    static let half = 520.0
    static let whole = 1094.0

    private static let height = 250.0
    private static let margin = (left: 62.0, right: 18.0, top: 14.0, bottom: 30.0)

    private var innerWidth: Double { width - Plot.margin.left - Plot.margin.right }
    private var innerHeight: Double { Plot.height - Plot.margin.top - Plot.margin.bottom }

    private func xPlace(_ value: Double) -> Double {
        Plot.margin.left + x.place(value) * innerWidth
    }
    private func yPlace(_ value: Double) -> Double {
        Plot.margin.top + (1 - y.place(value)) * innerHeight
    }

    /// The whole element.
    var svg: String {
        let content = [grid, series.map(path).joined(), hints.map(area).joined()].joined()
        return "<svg viewBox=\"0 0 \(number(width)) \(number(Plot.height))\" role=\"img\">"
            + "\(content)</svg>"
    }

    private var grid: String {
        var parts: [String] = []
        let right = width - Plot.margin.right
        let bottom = Plot.height - Plot.margin.bottom
        for tick in y.ticks {
            let place = yPlace(tick)
            parts.append(line(Plot.margin.left, place, right, place, "grid"))
            parts.append(
                text(Plot.margin.left - 9, place + 4, y.label(tick), "tick", anchor: "end"))
        }
        for tick in x.ticks {
            let place = xPlace(tick)
            parts.append(line(place, Plot.margin.top, place, bottom, "grid faint"))
            // A label at either end stays within the plot.
            let anchor =
                place > right - 24 ? "end" : place < Plot.margin.left + 4 ? "start" : "middle"
            parts.append(text(place, bottom + 19, x.label(tick), "tick", anchor: anchor))
        }
        parts.append(line(Plot.margin.left, bottom, right, bottom, "base"))
        return parts.joined()
    }

    private func path(_ series: Series) -> String {
        guard let first = series.points.first, let last = series.points.last else { return "" }
        var steps: [String] = []
        var height = yPlace(first.y)
        for (index, point) in series.points.enumerated() {
            let place = xPlace(point.x)
            let command = index == 0 ? "M" : "L"
            if series.hasSteps && index > 0 { steps.append("L\(number(place)) \(number(height))") }
            height = yPlace(point.y)
            steps.append("\(command)\(number(place)) \(number(height))")
        }
        let line = steps.joined()
        var result = ""
        if series.isFilled {
            let bottom = number(Plot.height - Plot.margin.bottom)
            result +=
                "<path class=\"fill c\(series.color)\" d=\"\(line)L\(number(xPlace(last.x))) \(bottom)"
                + "L\(number(xPlace(first.x))) \(bottom)Z\"/>"
        }
        return result + "<path class=\"line c\(series.color)\" d=\"\(line)\"/>"
    }

    private func area(_ hint: Hint) -> String {
        let (left, right) = (xPlace(hint.from), xPlace(hint.to))
        return "<rect class=\"hint\" x=\"\(number(left))\" y=\"\(number(Plot.margin.top))\" "
            + "width=\"\(number(max(right - left, 1)))\" height=\"\(number(innerHeight))\">"
            + "<title>\(HTML.escaped(hint.text))</title></rect>"
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String)
        -> String
    {
        "<line class=\"\(kind)\" x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" "
            + "y2=\"\(number(y2))\"/>"
    }

    private func text(
        _ x: Double, _ y: Double, _ text: String, _ kind: String, anchor: String
    ) -> String {
        "<text class=\"\(kind)\" x=\"\(number(x))\" y=\"\(number(y))\" "
            + "text-anchor=\"\(anchor)\">\(HTML.escaped(text))</text>"
    }

    private func number(_ value: Double) -> String { fixed(value, 1) }
}

/// Bars beside each other, with a dot for each round.
struct Bars {
    struct Bar {
        let name: String
        let color: Int
        let value: Double
        let label: String
        var dots: [Double] = []
    }

    let bars: [Bar]
    var width = Plot.half

    private static let rowHeight = 46.0
    private static let nameWidth = 124.0
    private static let labelWidth = 96.0

    /// The whole element.
    var svg: String {
        let most = bars.map { max($0.value, $0.dots.max() ?? 0) }.max() ?? 1
        let room = width - Bars.nameWidth - Bars.labelWidth
        func place(_ value: Double) -> Double { Bars.nameWidth + value / max(most, 1e-9) * room }
        let height = Double(bars.count) * Bars.rowHeight + 8
        let rows = bars.enumerated().map { index, bar in
            let top = Double(index) * Bars.rowHeight + 8
            let middle = top + 15
            let end = max(place(bar.value) - Bars.nameWidth, 2)
            let dots = bar.dots.map {
                "<circle class=\"dot\" cx=\"\(fixed(place($0), 1))\" cy=\"\(fixed(middle, 1))\" "
                    + "r=\"3.2\"/>"
            }.joined()
            let farthest = max(place(bar.value), bar.dots.map(place).max() ?? 0)
            return "<text class=\"name\" x=\"\(fixed(Bars.nameWidth - 12, 1))\" "
                + "y=\"\(fixed(middle + 5, 1))\" text-anchor=\"end\">\(HTML.escaped(bar.name))</text>"
                + "<rect class=\"bar c\(bar.color)\" x=\"\(fixed(Bars.nameWidth, 1))\" "
                + "y=\"\(fixed(top, 1))\" width=\"\(fixed(end, 1))\" height=\"30\" rx=\"4\"/>\(dots)"
                + "<text class=\"value\" x=\"\(fixed(farthest + 10, 1))\" "
                + "y=\"\(fixed(middle + 5, 1))\">\(HTML.escaped(bar.label))</text>"
        }
        return "<svg viewBox=\"0 0 \(fixed(width, 1)) \(fixed(height, 1))\" role=\"img\">"
            + "\(rows.joined())</svg>"
    }
}
