import { parseLexicon } from "./lexicon-match.ts";

/**
 * What speaks for a rise (+) or a fall (-): words, phrases and emoji of finance and of r/wallstreetbets, in units of
 * log-odds. Chosen by hand; the weights of frequent entries were then fitted on labelled messages with a pull towards
 * the hand-set value. Phrases of weight 0 keep their words from counting ("covered calls" are no calls).
 */
export const directionLexicon = parseLexicon(`
  1.2:
    diamond hands
  1.1:
    to the moon, very bullish
  1.0:
    about to squeeze, back up, buying more, call buying, lets go, moass, 🚀
  0.9:
    accumulating, adding, blast off, bullish, buy more, diamond handed, flying, gamma squeeze, i'm in,
    infinity squeeze, lambo, let's fucking go, let's goo, lets fucking go, lets goo, liftoff, loading, moon,
    mother of all short squeezes, off to the races, ready to take off, skyrocket, stonks, take off, takeoff, tendie,
    way up, will squeeze, 🌙, 🌚, 🌝, 🤲
  0.8:
    accumulate, added more, ain't selling, aint selling, all in, all the bears, averaged down, baghold to the moon,
    bears, bears are, bought calls, bought more, bought the dip, breakout, btfd, bull flag, bull flags, bull market,
    buy the dip, buy this dip, buying the dip, calls on, diamond handing, doubled down, getting in, going long,
    going to explode, going to moon, going up, gonna moon, got in, hodl, hodling, hodor, hold the line,
    holding strong, holding the line, hop in, hopped on, i'm long, i'm not fucking leaving, i'm not leaving,
    i'm not selling, im in, iron hands, jumped in, lfg, lift off, long term, longing, love this stock, never sell,
    new highs, not fucking selling, not leaving, not selling, reloaded, squeeze, squeezing, still holding, strong,
    strong hands, went all in, will explode, will not sell, won't sell, yolo'd, yoloed, yoloing, you bears, 🌕, 💎,
    📈
  0.7:
    accumulation, adding more, all time high, ath, averaging down, be green, breaking out, bull run, buying calls,
    calls, can't lose, climb, climbed, comeback, don't bet against, don't sell, double down, doubling down, explosive,
    get in, go long, go up, going to rip, gonna explode, green, growth, higher, hod, hold strong, holding calls,
    hop on, in with, jump, jump in, keep holding, leaps, loaded, loading up, long calls, market share, my calls,
    never selling, new high, rallied, reload, ripping, rise, rockets, short squeeze, soar, solid, super bullish,
    surge, the bears, trust, turnaround, undervalued, up from, upside, uptrend, upward, weekly calls, ⬆, 🐵, 💚, 💪
  0.6:
    52 week high, add more, added, approval, aths, back up the truck, bears in, bears will, beat expectations,
    been holding, best, best of breed, blew out earnings, blowout earnings, boom, bought back in, bought in, bounces,
    bouncing, break out, breaks out, bright green, broke out, brothers, brr, bull spread, buy and hold,
    can't go tits up, cant go tits up, cash secured puts, climbs, closed my puts, confident, crushed it,
    cup and handle, deep fucking value, dont sell, double, double bagger, dumped my puts, exploding, fantastic,
    feeling good, flies, fly, fuel, gaining market share, gap fill up, gapping up, gem, goes up, going all in,
    going parabolic, going places, going to squeeze, gonna rip, gonna squeeze, good day, green day, green tomorrow,
    hidden gem, high conviction, higher high, higher highs, higher low, higher lows, hold, holding, jumped, jumping,
    jumps, killed it, killing it, load up, loaded up, loading the boat, long, looking good, looks good, mooning,
    more shares, moving up, never bet against, not too late, open green, optimistic, outperform, outperforming,
    paper handed, pays, picked up, pop, popped, price targets raised, rallies, rally, rallying, rebounding,
    record highs, recovers, recovery, relax, rip higher, rips, rises, rocket, runner, secular growth, sell puts,
    selling csps, selling puts, short puts, shorts, sleeping giant, soared, soaring, soars, sold puts, still early,
    strongest, surging, sweet, tendies, the squeeze, these bears, together, under valued, underpriced, up big,
    upgraded, will be huge, will double, will fly, will moon, will rip, winners, ☝, ⚡, ✅, ⭐, 🌛, 🌟, 🍗, 🍻, 🍾, 😇,
    🛸, 🟢, 🤘, 🤙, 🥂, 🦾, 🩳
  0.5:
    100x, a run, accumulators, all time highs, ape strong, apes strong, apes together strong, approved, bargain,
    be patient, bear trap, bears crying, bears getting, beast, beat earnings, beat estimates, beats, best in class,
    big day, big money, big move, big news, blue sky, bottom is in, bottomed, bottoming, break even, bull,
    bull pennant, bullish af, burn shorts, burned shorts, buy, buy high, buy rating, buying, buying opportunity, buys,
    bye bears, call, call spread, cant lose, catalyst, catalysts, climbing, confirmed, congrats, congrats to all,
    crushed earnings, dark pools, deep value, discount, dominates, dominating, don't panic, dont panic, dream,
    explode, fasten your seatbelts, fda approval, feed the bears, ftd, ftds, fuck yeah, fuck yes, gainz, gap up,
    gaps up, gay bear, gay bears, giddy up, giddyup, good, good entry, good news, great buy, great day, great time,
    grows, guaranteed, headed higher, held support, hell yeah, hell yes, here we come, higher from here, higher soon,
    holding up, hopeful, huge day, huge news, i like the stock, incredible, innovation, institutional, is coming,
    just getting started, king, legend, let's get, let's go, lets get, like this company, like this stock,
    load the boat, longs, look good, looking strong, looks strong, love it, loving, making money, millionaire,
    millionaires, missed the, monster day, monster move, multi bagger, multibagger, must cover, new all time high,
    new ath, nhod, nice entry, nice move, no brainer, no worries, on fire, on sale, optimism, outperforms, overweight,
    paperhands, paying off, perfect, poor bears, popping, pops, positive news, price target raised, print money,
    promising, raised guidance, raised price target, raises guidance, raises target, rebound, record high, recovering,
    rip bears, run to, run up, runs, send it, shill, short float, short sellers, shorties, shorts are fucked,
    shorts getting burned, shorts will cover, shorty, skies, smart money, smash, smashed, smashing, sold my puts,
    sorry bears, sorry shorts, spike, spikes, squeeze the shorts, squeezed, stay strong, steal, strap in, strength,
    strong buy, stronger, support held, surges, ten bagger, thank you, the dip, to run, trillion, undervalued af,
    up again, upgrades, v shape, volume, watch this, went up, winner, woohoo, worth it, x 100, yay, yeet, yessir, ☺,
    ✈, 🇺🇸, 🌊, 🏆, 🐂, 🐂 🐂, 🐋, 🐻 are fucked, 👊, 👑, 💯, 💲, 💸, 🤛, 🤝, 🤞, 🦁, 🦧, 🧻
  0.4:
    10x, beats estimates, believer, bought, bounce, buckle up, cant wait, cheap, confidence, congratulations,
    covering, crushing, deal, dipping, dominance, dominate, doubled, easily, entry, eoy, exciting, faith, fellow apes,
    fud, genius move, golden cross, good buy, got more, great company, great news, great opportunity, great stock,
    grow, growing, headed to, heading to, hedgefunds, hedgies, here we go, hero, huge, in at, inevitable, insane,
    institutions, launch, leader, like the stock, long term hold, looking great, looks great, love, made money,
    make money, money printer, multiple expansion, nice day, on its way, partnership, patient, printing, prints,
    profitable, profits, raises price target, reversal, reward, rich, rising, rose, shilling, shills, shorts covering,
    sky, sweep, together strong, tomorrow will be green, upgrade, vertical, way to, whales, yolo, 🎉, 🐳, 👌, 💥, 💵,
    🙂, 🙌, 🤗, 🤩, 🥰, 🥳, 🦍
  0.3:
    awesome, beautiful, bigly, bounced, can't wait, cash, cheers, easy, easy money, excellent, excited, good luck,
    great, heavy volume, hedge fund, impressive, innovative, just the beginning, just wait, momentum, monster,
    on the way, oversold, owned, owns, parabolic, potential, recover, shorted, shorts must cover, steady, support,
    supported, thanks, the future, triple, we go, win, wins, yes, ❤, 💰, 😄, 😊, 😌, 😮, 🙏, 🤑, 🤠
  0.2:
    believe, bots, breaks, contract, free money, fundamentals, future, gain, happy, if, invested, investment,
    let's see, lets see, love this, opportunity, paid off, profit, rip, running, still in, top, wow, 👍, 😀, 😎
  0.0:
    after hours, all day long, as long as, at least, at the top, based on, bear in mind, bear with, before long,
    bottom line, bull shit artist, buy me, buy side, call it, call me, can someone, could have, covered calls,
    crash course, cut short, day trade, does anyone, don't worry, drop in the bucket, fall for, financial advice,
    for sale, gain porn, going to, has to, have to, hedge funds, hold on, hold up, holding back, how long, how many,
    how much, i bought, i don't think, i got, i have, i know, i own, i said, i sold, i think, i thought, i'm in on,
    i'm sure, if it, if this, in short, iron condor, is going, is it, it will, jim cramer, keep buying, keep selling,
    last week, let me, long ago, long day, long story short, long time, loss porn, lower case, motley fool, need to,
    needs to, next week, no one, not financial advice, on hold, on top, paper hands, pre market, price target, put in,
    put it, put on, q 1, q 2, q 3, q 4, red flag, right now, rise and shine, sell calls, sell covered calls, sell me,
    sell side, selling calls, selling ccs, selling covered calls, short answer, short interest, short of, short story,
    short term, should have, so long as, sold calls, sold ccs, sold covered calls, sold out of, sp 500, stock split,
    sub reddit, talking about, thanks for, they will, think this, this is, this is not financial advice, this sub,
    too long, top of, top post, tried to, try to, trying to, want to, wanted to, watch list, what happened,
    who bought, who sold, wife's boyfriend, will be, wish i, worse than, would have, wrote covered calls, yolo update,
    your money
  -0.2:
    clowns, exit, gap fill, no, options, really, resistance, short position, wait for, weeks, why is, 😂
  -0.3:
    burning, clown, competition, death, die, exhausted, flu, hurts, hype, issue, issues, killing, lies, lose, melt,
    missed, not, recall, ridiculous, risky, rug, slow, sucks, volatile, war, will pop, wtf, ☠, 😈 😈, 🤦, 🥱, 🥴
  -0.4:
    about to dump, about to pop, afraid, bagholder, bankruptcies, boring, burn, burned, burning cash, carnage,
    cash burn, cooked, corona, coronavirus, correction, covid, crushed by, default, delays, destroyed, diluted,
    dot com, dotcom, downhill, dropped, even lower, faded, fading, fool, game over, gap down, gap to fill, get out,
    goes to zero, going concern, going to drop, gonna crash, gonna drop, gonna dump, h&s, has to drop, hate,
    headed down, heading lower, heading south, im out, im short, impairment, insane valuation, insanity,
    insider selling, junk bond, killed, lacking, lacks, laggard, lags, lose all, loss making, lower prices, madoff,
    manipulation, manipulators, margin call, melting, mistake, much lower, negative, never be profitable, never made,
    no bueno, no good, no more, no profit, no profits, no support, not buying, not profitable, over hyped, panic, pos,
    predatory, priced in, pull back, pullbacks, pure hype, recession, retrace, ridiculous valuation, roadkill, rugged,
    scams, scared, sellers, shakeout, ship is sinking, stalled, stupid, the end, theranos, this trash,
    too good to be true, toxic, trend is down, tulip, tulips, valuation, wash, weak hands, weakness, went down,
    will crash, worried, 🐀, 🖕, 😞, 😠, 😤, 😩, 😲
  -0.5:
    $tslaq, about to crash, absurd, anxiety, bag, bag holder, bag holding, bear, betting against, broke down, broken,
    bubble will, bulls, burn cash, cliff, collapse, concerned, cuts, death cross, debt, delay, delayed, desperate,
    down big, down to, euphoria, evaporate, expensive, expired worthless, falling, fill the gap, flushed, fools,
    further, further down, going to fall, gonna tank, head and shoulders, heading down, idiot, insiders selling,
    investigation, it's over, iv crush, joke, lag, lagging, layoffs, lie, lose all your money, lose money, losing,
    lying, mania, massacre, meltdown, miss, missed earnings, my short position, needs to drop, no way, nobody,
    offering, out of, over valued, overhyped, pandemic, party is over, piece of shit, plunged, ponzi, profit taking,
    pullback, regret, retracement, sad, sell it, sell off, sells, shake out, short sold, short the, slaughter,
    slaughtered, smh, sold, stalling, sue, taking profits, tariff, this pos, this turd, toast, told you,
    too expensive, too late, trapped, trouble, turd, ugly, unprofitable, unwinding, way down, way lower, will fall,
    worry, worst, write down, ⛔, 🌈, 👿, 💣, 😓, 😔, 😖, 😣, 😫, 😰, 😴, 😶, 😹, 🚫, 🛑, 🥶, 🥺
  -0.6:
    abandon, about to drop, accounting fraud, all in on puts, awful, back down, bad, bad news, bag holders,
    bag holding this, bankruptcy, bear spread, bet against, beware, blew up, blood red, bloodbath, blown up,
    bottomless, breaking down, bs, bubble is, bubbles, bull shit, bulls are, bulls will, bulltards, burnt,
    buying puts on, catching a falling knife, chapter 11, cheating, circling the drain, closed my calls, collapsed,
    collapses, collapsing, concerns, cooked books, cooking the books, cooking their books, corrupt, covered my calls,
    crashed, crashing, criminal, cultists, cut guidance, cut my losses, cuts guidance, cuts price target,
    cutting losses, danger, dead cat, dead company, dead money, dead stock, declined, declines, declining, delisted,
    delisting, delusion, delusional, depression, dilute, dilute shareholders, diluting, disaster, divorce, dog shit,
    done, dont buy, double top, down, down again, down from, downgrade, downgraded, downtrend, downward, drilling,
    dropping, dumb, dump my, dumped my, dumpster, dumpster fires, dying, dying company, enron, exited, exiting,
    expire worthless, fade, fail, failing, failure, fake, fallen, falls, fired, flush, foolish, gapping down, go down,
    goes down, going all in on puts, going bankrupt, going to zero, greed, greedy, guh, guided down, hated, headwinds,
    holding bags, horse shit, hot garbage, house of cards, hyped, i'm out, implode, implodes, imploding,
    in the toilet, inflation, insolvent, investigated, is done, its over, jail, kill, kills, lack, laid off, lawsuits,
    lied, liquidated, lockdown, lod, loser, losing market share, losing money, lost money, low volume, lower,
    lower from here, lower guidance, lower high, lower highs, lower low, lower lows, lowered guidance, lowers,
    lowers price target, margin calls, melting ice cube, missed estimates, missed expectations, misses,
    misses estimates, more down, morons, my short, nervous, new low, new lows, no volume, ouch, over bought, over for,
    over priced, painful, pigs, plummet, plummets, plunge, price target cut, problems, pumped, pumper, put,
    put spread, rate hike, rate hikes, red day, rejected, rekt, resign, resigns, restrict, rigged, rip to, rugpull,
    sadly, scandal, screwed, secondary offering, sell, sell now, sell the news, selling, selling off, selloff,
    share offering, shit stock, short at, short seller report, shorted it, shorting the, sinking, sinks like, slide,
    slides, sliding, slip, slowdown, slowing, slowing growth, slump, slumps, sold everything, sold my calls,
    sold my position, sold off, sold out, steps down, stop loss, stopped out, stuck, sub 100, subpoena, suck, sucked,
    sucker, sued, suspended, tank, tap, terrible, theta decay, this garbage, this pig, titanic, to 0, too high,
    took profits, top is in, topped, topping, trade war, trap, tsla q, tumble, uncertainty, underperform, underweight,
    very bearish, warned, warning, weak guidance, won't buy, worst company, worst stock, worth less, worth nothing,
    worth zero, worthless, worthless calls, wouldn't buy, wrecked, wrong, zero, ☹, ⚰, ❌, ⬇, 💔, 🔴, 🕳, 🗑, 😕, 😟,
    😡, 😥, 😨, 😪, 😵, 🚩, 🤑 🤡, 🤡, 🤥, 🧻 🙌, 🪂, 🪦
  -0.7:
    bagholders, bags, bankrupt, below expectations, bleed, blocked, blood bath, breakdown, cheaper, concern, crap,
    crappy, criminals, cult, cut, cut losses, cutting, dangerous, dead, dead cat bounce, deep red, died, disgusting,
    dogshit, don't buy, down the drain, drill, drop, dumped, dumps, dumpster fire, failed, fails, falling knife,
    fanboys, fears, fraud, fraudulent, getting out, got out, halted, hates, hell, hurt, i shorted, illegal,
    irrational, loses, loss, losses, lost, manipulated, moron, not good, not worth, overbought, pain, pathetic, pig,
    plummeting, plunges, plunging, poor, prison, problem, pumpers, recalls, red, rejection, rolling over, rug pull,
    scam, scary, shit company, sink, sinking ship, sinks, slipping, sold all my, sold my shares, tanks, tariffs,
    to zero, tslaq, weaker, worries, worse, yikes, you bulls, ⚠, 🐍, 👎, 💀, 💩, 🔻, 😢, 🙁, 🤢, 🤮
  -0.8:
    avoid, bagholding, bear flag, bear market, blow up, bull trap, careful, caution, crashes, dilution, downside,
    drops, dump it, dumping, fell, fucked, garbage, going short, going to crash, headed lower, horrible, i'm short,
    is over, junk, lawsuit, liar, lowered, lows, nonsense, overpriced, pump, restricted, sell rating, sheep, shitty,
    short, short it, short this, shorting, shorting this, slips, stay away, suckers, take profits, tanked, the bulls,
    trash, tumbles, weakest, will drop, will tank, worried about, 🔪, 🩸
  -0.9:
    bleeding, bullshit, crash, decline, dump, insiders, overvalued, pump and dump, sold all, tanking
  -1.0:
    bearish, bought puts, bought puts on, buy puts, buying puts, fall, going down, load puts, loaded puts,
    loaded up on puts, loading puts, long puts, losers, more puts, my puts, puts, puts are, puts for, puts on,
    puts printing
  -1.1:
    bubble, 📉
  -1.2:
    downgrades
  -1.3:
    weak
`);
