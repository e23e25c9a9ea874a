/// How pages look, by day and by night.
enum PageStyle {
    static let css = """
        :root {
          color-scheme: light dark;
          --paper: #f6f7f9; --sheet: #ffffff; --ink: #16202c; --soft: #5d6b7c; --rule: #e3e7ec;
          --grid: #e9edf1; --bad: #c2263a;
          --c1: #1f6feb; --c2: #e07b00; --c3: #0d9a6c; --c4: #b5379d; --c5: #6e5ae0; --c6: #5d6b7c;
          --shadow: 0 1px 2px rgb(20 30 45 / 5%), 0 6px 24px rgb(20 30 45 / 5%);
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #0e1319; --sheet: #161d26; --ink: #e6ebf1; --soft: #93a1b2; --rule: #263140;
            --grid: #222c39; --bad: #ff6b7d;
            --c1: #5aa2ff; --c2: #ffb04d; --c3: #3fd0a0; --c4: #f08bdb; --c5: #a79bff; --c6: #93a1b2;
            --shadow: none;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans",
            sans-serif;
          font-variant-numeric: tabular-nums;
        }
        main { max-width: 1180px; margin: 0 auto; padding: 40px 24px 56px; }
        header { margin-bottom: 26px; }
        .brand {
          margin: 0 0 6px; font-size: 13px; font-weight: 600; letter-spacing: .04em;
          color: var(--c1);
        }
        h1 { margin: 0 0 8px; font-size: 32px; line-height: 1.2; letter-spacing: -.015em; }
        h2 { margin: 44px 0 16px; font-size: 21px; letter-spacing: -.01em; }
        .lead { margin: 0; color: var(--soft); }
        .cards {
          display: grid; gap: 14px; margin-bottom: 18px;
          grid-template-columns: repeat(var(--count), minmax(0, 1fr));
        }
        .card, figure, .sheet {
          background: var(--sheet); border: 1px solid var(--rule); border-radius: 12px;
          box-shadow: var(--shadow);
        }
        .card { padding: 15px 18px 13px; }
        .figure {
          margin: 0; font-size: 27px; font-weight: 650; line-height: 1.2; letter-spacing: -.02em;
          white-space: nowrap;
        }
        .figure span {
          margin-left: 5px; font-size: 14px; font-weight: 500; letter-spacing: 0; color: var(--soft);
        }
        .what { margin: 3px 0 0; font-size: 13px; color: var(--soft); }
        .bad .figure { color: var(--bad); }
        .plots { display: grid; gap: 16px; grid-template-columns: repeat(2, minmax(0, 1fr)); }
        .wide { grid-column: 1 / -1; }
        figure { margin: 0; padding: 16px 18px 10px; }
        figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; }
        figcaption b { font-size: 15px; font-weight: 620; }
        figcaption small { font-size: 13px; color: var(--soft); }
        .keys { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-left: auto; font-size: 13px; }
        .key { display: inline-flex; align-items: center; gap: 6px; color: var(--soft); }
        .key i { width: 14px; height: 3px; border-radius: 2px; }
        i.c1 { background: var(--c1); } i.c2 { background: var(--c2); } i.c3 { background: var(--c3); }
        i.c4 { background: var(--c4); } i.c5 { background: var(--c5); } i.c6 { background: var(--c6); }
        svg { display: block; width: 100%; height: auto; margin-top: 8px; overflow: visible; }
        svg text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--soft); }
        svg .name { font-size: 14px; fill: var(--ink); }
        svg .value { font-size: 14px; font-weight: 600; fill: var(--ink); }
        .grid { stroke: var(--grid); stroke-width: 1; }
        .faint { stroke-opacity: .55; }
        .base { stroke: var(--rule); stroke-width: 1.5; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); }
        .line.c4 { stroke: var(--c4); } .line.c5 { stroke: var(--c5); } .line.c6 { stroke: var(--c6); }
        .fill { opacity: .14; }
        .fill.c1, .bar.c1 { fill: var(--c1); } .fill.c2, .bar.c2 { fill: var(--c2); }
        .fill.c3, .bar.c3 { fill: var(--c3); } .fill.c4, .bar.c4 { fill: var(--c4); }
        .fill.c5, .bar.c5 { fill: var(--c5); } .fill.c6, .bar.c6 { fill: var(--c6); }
        .bar { opacity: .85; }
        .dot { fill: var(--sheet); stroke: var(--ink); stroke-width: 1.3; opacity: .8; }
        .hint { fill: transparent; }
        .hint:hover { fill: var(--ink); fill-opacity: .06; }
        .sheet { margin-top: 16px; padding: 6px 18px 10px; }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: 14px; }
        th { padding: 10px 0 8px 18px; font-weight: 600; color: var(--soft); text-align: right; }
        td { padding: 8px 0 8px 18px; border-top: 1px solid var(--rule); text-align: right; }
        th:first-child, td:first-child { padding-left: 0; text-align: left; }
        td:first-child { font-weight: 560; }
        th, td { white-space: nowrap; }
        footer { margin-top: 30px; font-size: 13px; color: var(--soft); }
        @media (max-width: 820px) {
          .plots { grid-template-columns: minmax(0, 1fr); }
          .cards { grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
          figure { overflow-x: auto; }
          .wide svg { min-width: 720px; }
          h1 { font-size: 26px; }
          main { padding: 26px 16px 40px; }
        }
        """
}
