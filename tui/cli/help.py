"""What `--help` says. Plain text, so that it is there before anything is imported."""

from __future__ import annotations

from tui.cli.help_scenarios import CHALLENGES, DAILY, LESSONS

MAIN = """\
isocross: a margin-trading simulator for the terminal, isolated against cross.

You manage a paper portfolio against replayed or made-up prices, under the margin rules
of a real venue. You get liquidated here so that you don't get liquidated there.

Usage
  isocross                      the home screen: saved sessions, a new one, a quick one
  isocross play [OPTION ...]    straight to the desk with a new session, or a saved one
  isocross replay [SAVE]        see a saved session again, from any moment; fork it
  isocross run SCRIPT           play a script without a screen, and print what happened
  isocross compare SCRIPT       play it under every venue's rules and in every margin mode
  isocross report SAVE [OTHER]  what a session came to, in figures and pictures; two side by side
  isocross post-mortem SAVE     why a session was liquidated, and what would have changed it
  isocross prices inspect FILE  what a price file holds, and what was mended in it
  isocross venues [show NAME]   whose rules can be played, and what they are
  isocross lessons ACTION       play, list, show or test the lessons, and those that you write
  isocross challenges ACTION    play, list, show or test the challenges: crashes and prop desks
  isocross daily [play]         the tape of the day, and the line to share of it
  isocross saves ACTION         list, show, rename, delete, share or fork sessions
  isocross verify SAVE          whether a save, or a file, is what was really played
  isocross settings             what is set, in which file, and what is wrong in it
  isocross serve                the game in a browser of this machine

  isocross COMMAND --help       more about a command, with examples
  isocross --version            the version

Environment
  ISOCROSS_HOME                 the folder of saves, settings and logs
  NO_COLOR                      set to anything: no colours

Exit status
  0   done
  2   it can't be done as asked: a bad script, file or option; the message says why
  70  the program failed inside; the details are in the logs
  74  what it has to say can't be written
  130 interrupted

No real money, no real orders, and nothing here is advice.
"""

PLAY = """\
isocross play: straight to the desk.

Usage
  isocross play [OPTION ...]          a new session
  isocross play --continue [NAME]     a saved one; without a name, the last one played

Rules
  --venue NAME         the rulebook, of those that `isocross venues` lists (hyperliquid)
  --mode iso|cross     margin mode of orders that don't say one (isolated, where the venue has it)
  --balance AMOUNT     first deposit, in quote units (10000)
  --slippage on|off    whether trades at the market pay half the spread and their impact (on)
  --fees on|off        whether trading fees are charged (on)
  --funding on|off     whether funding is charged (on)
  --set 'NAME VALUE'   change a parameter of the venue; may be given again

Prices, one of the two; without either, six made-up hours with a crash in them
  --synthetic 'REGIME [seed N] [markets BTC,ETH] [days N] [step 1s]'
  --start TIME         when made-up prices start (2024-01-01)
  --prices BTC=FILE [ETH=FILE ...]
  --from TIME, --to TIME    only the bars between, UTC

  --name NAME          what to call the save; one is made up otherwise

Examples
  isocross play --synthetic 'crash seed 7 markets BTC,ETH,SOL days 2 step 1s'
  isocross play --prices BTC=btc.csv ETH=eth.csv --from 2022-11-08 --mode cross
  isocross play --balance 2000 --set 'maintenance ETH 1%' --fees off
  isocross play --continue
"""

REPLAY = """\
isocross replay: see a saved session again.

Usage
  isocross replay [SAVE] [--at MOMENT]     without a name, the session that was played last

Play, pause, step, or drag the timeline; jump to commands, fills, margin calls and liquidations.
Everything is as it was at that moment, and nothing later is seen. K forks: it plays on from there
as a new session, or changes one command and shows what becomes of the rest.

  --at MOMENT   where to begin: 06:24, 2024-08-05T06:24Z, +2h, 41%, "step 1200", command, fill,
                call, liquidation (the first one), start or end                      (start)

Examples
  isocross replay "Amber Fjord"
  isocross replay "Amber Fjord" --at liquidation
"""

RUN = """\
isocross run: play a script without a screen.

Usage
  isocross run SCRIPT [--json] [--strict] [--save NAME]
  isocross run -                read the script from the standard input

  --json         one JSON object a line for each event, numbers as exact strings;
                 the last one has kind "summary"
  --strict       stop at the first refused command, with exit status 2; otherwise it is
                 reported and the run goes on, for a script is a test of a plan
  --save NAME    keep the session: it can be continued, replayed and exported

A script has its set-up first, a line each, then commands and moves of time.
`#` starts a comment. Price files are looked for beside the script.

  venue binance                 rulebook               (hyperliquid)
  mode isolated                 mode of orders         (isolated)
  balance 2000                  first deposit          (10000)
  slippage off                  no spread, no impact   (on)
  fees off                      no trading fees        (on)
  funding off                   no funding             (on)
  set maintenance ETH 1%        a parameter of the venue
  digest 4f1c09aa               refuse any other prices than these
  hash 7be1d2f0                 refuse another state than this at the end

  path ETH 1m 2000 1950 !1700   prices in the script: a step, and a price for each; `!` marks
                                a jump before it. A path for each market, all with one step.
  mark ETH 2000 1960 1750       marks beside them      (the last prices)
  premium ETH 0.01% 0% -0.2%    premium over the index, for funding; one for all will do
  tick ETH 0.01                 the price grid         (as fine as the prices need)
  start 2024-01-01T00:00Z       time of the first one
or
  synthetic crash seed 7 markets BTC,ETH,SOL days 2 step 1s
or
  daily 2026-11-22              the day's tape: nothing says what it will do
or
  prices BTC=btc.csv ETH="my eth.csv" [from TIME] [to TIME]

  buy $10000 ETH 10x iso        commands act at the time reached
  @ +2m                         s, m, h, d
  @ 2022-11-08T16:00Z           a moment; `@ 06:24` is the next such time of day
  @ step 1200                   to that vertex of the prices
  @ liquidation                 until the next one; also fill, call, funding ... or any
  @ end                         to the last price

Commands
  buy|sell SIZE SYMBOL [at PRICE | stop PRICE | take PRICE] [Nx] [iso|cross] [tp PRICE] [sl PRICE] [reduce]
  close SYMBOL [SIZE|PCT]    flatten    cancel ID|SYMBOL|all    margin SYMBOL +AMOUNT|-AMOUNT
  leverage SYMBOL Nx    mode SYMBOL iso|cross    deposit AMOUNT    cash out AMOUNT    note TEXT    end
  SIZE is 0.5 (base units), $10000 (notional) or 25% (of what could be opened).

Examples
  isocross run crash.txt
  isocross run crash.txt --json | tail -n 1
  isocross run crash.txt --save "What if I had used cross"
"""

COMPARE = """\
isocross compare: one script under every venue's rules and in every margin mode.

Usage
  isocross compare SCRIPT [--venues NAMES] [--modes NAMES] [--json]
  isocross compare -               read the script from the standard input

The script is played once as it says. Then its commands are given again, each at the same price
of the tape, to every kind of account: for each the margin at the start, the liquidation prices,
whether and when it was liquidated, what was kept, fees, funding or interest, and who paid for
what fell below zero. Words that say a margin mode give way to the account's; sizes in percent
stay the sizes that they came to; leverage above the venue's is lowered to it: 10x → 5x.

  --venues NAMES   all, or some with commas between                          (all)
  --modes NAMES    cross, isolated, other kinds of account by name, or all   (all)
  --json           one JSON object a line for each account, numbers as exact strings;
                   the last one has kind "summary"

Examples
  isocross compare crash.txt
  isocross compare crash.txt --venues hyperliquid,aave_v3,gmx_v1
  isocross compare crash.txt --modes cross --json
"""

REPORT = """\
isocross report: what a session came to.

Usage
  isocross report SAVE                          in the terminal
  isocross report SAVE OTHER                    two sessions side by side: one and its fork
  isocross report SAVE --html FILE              one page with pictures that needs nothing else
  isocross report SAVE --csv FOLDER             the equity curve and the trades: curve.csv, trades.csv
  isocross report SAVE --json FILE              everything; numbers as exact strings; - for the
                                                standard output
  isocross report --script SCRIPT [OPTION ...]  the session that a script plays

The net profit taken apart into price, slippage, fees, funding or interest, liquidations and what
others paid, to the last millionth; return, drawdown, time under water, volatility, Sharpe, Sortino
and Calmar, annualised on 365 days; every trade with its MAE and MFE, win rate, profit factor and
expectancy; effective leverage, time near liquidation. What is undefined is left blank. Files that
are there already are not overwritten. docs/report.md says how each figure is computed.

Examples
  isocross report "Amber Fjord"
  isocross report "Amber Fjord" "Amber Fjord, cross"
  isocross report "Amber Fjord" --html amber.html --csv amber
"""

POST_MORTEM = """\
isocross post-mortem: why a saved session was liquidated, in numbers, or how it stands.

Usage
  isocross post-mortem SAVE [--liquidation NUMBER] [--every-venue] [--json]

What counted and what was required, term by term, at the last safe step and at the liquidation; what
price, fees, funding or interest and slippage took, to the last millionth; and what would have been
with half the size, more margin, a stop, less leverage, in the other margin mode, at other venues:
each played again on the same prices, as far as the session has come. Nothing is estimated.

  --liquidation NUMBER   1 for the first, 2 for the second ..., or now: how the session
                         stands                                  (the last one, else now)
  --every-venue          all venues, not only the best and the worst
  --json                 one JSON object a line: the post-mortem, then every run, then a summary;
                         numbers as exact strings

Examples
  isocross post-mortem "Amber Fjord"
  isocross post-mortem "Amber Fjord" --liquidation 1 --json
"""

PRICES = """\
isocross prices: look at a file of prices before playing on it.

Usage
  isocross prices inspect FILE [--symbol NAME] [--from TIME]

It prints the format that was recognised, the market, the times, the holes, and what was mended.
CSV, JSON, feather, parquet, and any of them zipped or gzipped; exchange archives and
spreadsheets as they are downloaded.

  --symbol NAME    what to call the market, where the file says it wrongly or not at all
  --from TIME      leave out what is older

Examples
  isocross prices inspect BTCUSDT-1m-2022-11.zip
  isocross prices inspect LUNAUSDT-1m-2022-05.csv --from 2022-05-28
"""

VENUES = """\
isocross venues: whose margin rules can be played.

Usage
  isocross venues             a line each
  isocross venues show NAME   one venue's card: its modes, who liquidates and in what steps,
                              who pays below zero, its own gauge, what can be `set`, and what
                              its sources leave open

Examples
  isocross venues
  isocross venues show aave_v3
"""

SAVES = """\
isocross saves: the saved sessions. A session is named by its name or its id.

Usage
  isocross saves list [--json]           all of them, the last one played first
  isocross saves show NAME [--json]      one of them, with its commands
  isocross saves rename NAME NEW
  isocross saves delete NAME [--yes]     asks before, unless --yes
  isocross saves export NAME FILE        to a file of its own, with its prices
  isocross saves import FILE             from such a file
  isocross saves script NAME [FILE]      as a text that `isocross run` plays again
  isocross saves fork NAME --at MOMENT [--name NEW]
  isocross saves fork NAME --leave-out cN | --change cN "TEXT" [--name NEW]

A fork is a new session that is as NAME was up to MOMENT: c12 (after command 12), "step 1200",
2024-08-05T06:24Z, start or end. With --leave-out or --change the fork is made right before that
command; what followed plays out at its own times, and what can't be followed is listed. `saves show`
names the commands: the first is c1.

A script holds the set-up, where the prices come from, the commands, and hashes of prices and
state: `isocross run` makes it all again, and refuses what comes out otherwise.

Examples
  isocross saves list
  isocross saves rename "Amber Fjord" "FTX, cross"
  isocross saves export "FTX, cross" ftx.isocross
  isocross saves fork "FTX, cross" --change c1 "buy $5000 BTC 3x cross" --name "FTX, careful"
  isocross saves script "FTX, cross" ftx.txt
"""

SERVE = """\
isocross serve: the game in a browser of this machine.

Usage
  isocross serve [--port NUMBER] [--host ADDRESS]

It prints an address with a token in it; open that. A browser that has not opened it is refused,
and so are other machines and the pages of other sites. Each tab is a game of its own, 8 at most,
on the same saves; closing the tab saves and ends it. Ctrl+C stops the server and all games.

It needs the extra “web”: pip install 'isocross[web]', or `make serve` in the source folder.

  --port NUMBER     where to listen (a free port)
  --host ADDRESS    127.0.0.1 or ::1; no address that can be reached from elsewhere (127.0.0.1)

Examples
  isocross serve
  isocross serve --port 8000
"""

VERIFY = """\
isocross verify: whether a save is what was really played.

Usage
  isocross verify SAVE [--json]      SAVE is a name or an id, or a file that `saves export` wrote

The session is played again from its start, without a screen. Every event, the state hash after every
command, at every stored snapshot and at the end, and every equity sample must come out as recorded.
It says "identical", or the first step that differs, with what was recorded there and what came.
Nothing is written. The exit status is 0 for identical, 1 where something differs, 2 where there is
no such save.

Examples
  isocross verify "Amber Fjord"
  isocross verify amber-fjord.isocross
"""

SETTINGS = """\
isocross settings: what is set, in which file, and what is wrong in it.

Usage
  isocross settings [--json]

The settings screen (F2 in the game) changes them. By hand, settings.toml may say

  theme = "isocross-dark"       isocross-, red-green- or red-up-, each -dark or -light
  ascii = "auto"                only ASCII is drawn: "auto" asks the terminal, "on", "off"
  reduced_motion = false        no animations, five paints a second
  confirm = "always"            a second Enter: "always"; "risky": for flatten, cancel all and
                                what takes a pool above 50 %; "never"
  auto_pause = ["call", "liquidation"]      and "fill": what stops a running tape
  one_key = false               whether A at the desk may arm the one-key mode
  one_key_size = "10%"          what its b and s trade: 10%, $1000 or 0.5

  [keys]                        the key map: any id that the key map screen shows
  desk.buy = "ctrl+b"           several with commas between: "plus,k"

What is wrong is told with its line, and the exit status is 2; the rest counts all the same.
NO_COLOR=1 in the environment takes all colours away.
"""

TEXTS = {
    "play": PLAY,
    "replay": REPLAY,
    "run": RUN,
    "compare": COMPARE,
    "report": REPORT,
    "post-mortem": POST_MORTEM,
    "prices": PRICES,
    "lessons": LESSONS,
    "challenges": CHALLENGES,
    "daily": DAILY,
    "venues": VENUES,
    "saves": SAVES,
    "verify": VERIFY,
    "settings": SETTINGS,
    "serve": SERVE,
}
"""The help of each command."""
