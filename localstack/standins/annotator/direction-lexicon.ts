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
    about to squeeze, back up, breakout, buying more, call buying, lets go, moass, moon, 🚀
  0.9:
    accumulating, adding, bears, blast off, bull flags, bullish, buy more, diamond handed, flying, gamma squeeze,
    got in, infinity squeeze, lambo, let's fucking go, let's goo, lets fucking go, lets goo, liftoff, loading,
    mother of all short squeezes, off to the races, ready to take off, skyrocket, stonks, take off, takeoff, tendie,
    way up, 🌙, 🌚, 🌝, 🤲
  0.8:
    accumulate, added more, ain't selling, aint selling, all in, all the bears, averaged down, baghold to the moon,
    bears are, bought calls, bought more, bought the dip, btfd, bull flag, bull market, buy the dip, buy this dip,
    buying the dip, calls on, diamond handing, doubled down, getting in, going long, going to explode, going to moon,
    going up, gonna moon, green, hodl, hodling, hodor, hold the line, holding strong, holding the line, hop in,
    hopped on, i'm long, i'm not fucking leaving, i'm not leaving, i'm not selling, im in, iron hands, jumped in, lfg,
    lift off, long term, longing, love this stock, never sell, new highs, not fucking selling, not leaving,
    not selling, reloaded, squeezing, still holding, strong, strong hands, went all in, will explode, will not sell,
    will squeeze, won't sell, yolo'd, yoloed, yoloing, you bears, 🌕, 💎, 📈
  0.7:
    accumulation, adding more, all time high, ath, averaging down, awaits, be green, beat earnings, breaking out,
    bull run, buy more shares, buying calls, calls, can't lose, climb, climbed, comeback, don't bet against,
    don't sell, dont sell, double down, doubling down, explosive, get in, go long, go up, going to rip, gonna explode,
    growth, higher, hit pieces, hod, hold strong, holding calls, hop on, i'm in, in with, increase, jump, jump in,
    keep holding, leaps, loaded, loading up, long calls, market share, my calls, never selling, new high, rallied,
    reload, ripping, rise, rockets, short squeeze, shorts are trapped, soar, solid, squeeze, super bullish, surge,
    the bears, trust, turnaround, undervalued, up from, upside, uptrend, upward, way better, weekly calls, ⬆, 🐵, 💚,
    💪
  0.6:
    52 week high, add more, added, approval, aths, back up the truck, bankrupt citadel, bankrupt melvin,
    bankrupt the hedge funds, bankrupt them, bear tears, bears are wrong, bears in, bears r fucked, bears r fuk,
    bears will, bears wrong, beat expectations, been holding, best, best of breed, bleed the shorts,
    blew out earnings, blowout earnings, boom, bought back in, bought in, bounces, bouncing, break out, breaks out,
    bright green, broke out, brr, bull spread, buy and hold, bye melvin, call, can't go tits up,
    can't stop won't stop, cant go tits up, cant stop wont stop, cash secured puts, citron is, climbs, closed my puts,
    confident, crush earnings, crushed it, crushes earnings, crushing earnings, cup and handle, deep fucking value,
    don't be a paper hand, double, double bagger, dumped my puts, exploding, favorite, feeling good, flies, fly,
    forced to cover, fuck citron, fuck melvin, fuel, gaining market share, gap fill up, gapping up, gay 🐻, gem,
    goes up, going all in, going parabolic, going places, going to beat, going to crush, going to squeeze, gonna beat,
    gonna rip, gonna squeeze, good day, good news, green day, green tomorrow, hidden gem, high conviction,
    higher high, higher highs, higher low, higher lows, hit piece, hold, holding, is better, jumped, jumping, jumps,
    killed it, killing it, legend, let it ride, load up, loaded up, loading the boat, long, look good, looking good,
    looks good, make melvin, making money, melvin bleed, melvin is, mooning, more shares, moving up, need to cover,
    never bet against, not too late, open green, optimistic, outperforming, paper handed, pays, picked up, pop,
    popped, popping, positive, price targets raised, prove them wrong, rallies, rally, rallying, rebounding,
    record high, record highs, recovers, recovery, relax, retard strength, rip higher, rip melvin, rips, rises,
    rocket, runner, secular growth, see you on pluto, see you on the moon, sell puts, selling csps, selling puts,
    short attack, short puts, shorts, shorts bleed, shorts have to cover, shorts need to cover, shorts wrong,
    sleeping giant, smash earnings, smashed earnings, soared, soaring, soars, sold puts, still early, strongest,
    surging, sweet, tendies, the squeeze, these bears, to andromeda, to pluto, to uranus, to valhalla, together,
    under valued, underpriced, up big, upgraded, will be huge, will beat, will crush, will double, will fly,
    will moon, will rip, winners, ☝, ⚡, ✅, ⭐, 🌛, 🌟, 🍗, 🍻, 🍾, 😇, 🛸, 🟢, 🤘, 🤙, 🥂, 🦾, 🩳
  0.5:
    100x, accumulators, all time highs, ape strong, apes strong, apes together strong, approved, attractive, bargain,
    be patient, bear trap, bears crying, bears getting, beast, beat estimates, beats, best in class,
    better than expected, big day, big money, big move, big news, blue sky, bottom is in, bottomed, bottoming,
    break even, brothers, bull, bull pennant, bullish af, burn shorts, burned shorts, buy, buy high, buy rating,
    buying, buying opportunity, buys, bye bears, call spread, cant lose, catalyst, catalysts, climbing, confirmed,
    congrats, congrats to all, crushed earnings, dark pools, deep value, discount, dominates, dominating, don't panic,
    donate, dont panic, dream, explode, fantastic, fasten your seatbelts, fda approval, feed the bears, ftd, ftds,
    fuck yeah, fuck yes, gainz, gap up, gaps up, gay bear, gay bears, giddy up, giddyup, good, good entry, great buy,
    great day, great time, grows, guaranteed, have to cover, headed higher, held support, hell yeah, hell yes,
    here we come, higher from here, higher soon, holding up, hopeful, huge day, huge news, i like the stock,
    incredible, innovation, institutional, is coming, just getting started, king, let's get, let's go, lets get,
    like this company, like this stock, load the boat, longs, looking strong, looks strong, love it, loving,
    millionaire, millionaires, missed the, monster day, monster move, much better, multi bagger, multibagger,
    must cover, new all time high, new ath, nhod, nice move, no brainer, on fire, on sale, optimism, outperform,
    outperforms, overweight, paperhands, paying off, perfect, poor bears, pops, positive news, price target raised,
    print money, promising, raised, raised guidance, raised price target, raises guidance, raises target, rebound,
    recovering, rip bears, rising, run to, run up, runs, shill, short float, short sellers, shorties,
    shorts are fucked, shorts getting burned, shorts will cover, shorty, skies, smart money, smash, smashed, smashing,
    sold my puts, sorry bears, sorry shorts, spike, spikes, squeeze the shorts, squeezed, stay strong, steal,
    strap in, strength, strong buy, stronger, support held, surges, ten bagger, thank you, to mars, to run, trillion,
    undervalued af, up again, upgrades, v shape, volume, watch this, went up, winner, woohoo, worth it, x 100, yay,
    yeet, yessir, yolo, ☺, ✈, 🇺🇸, 🌊, 🏆, 🐂, 🐂 🐂, 🐋, 🐻 are fucked, 👊, 👑, 💯, 💲, 💸, 🤛, 🤝, 🤞, 🦁, 🦧, 🧻
  0.4:
    10x, a run, beats estimates, believer, bought, bounce, buckle up, cant wait, cheap, confidence, congratulations,
    consistent, continuation, covering, crushing, deal, dipping, dominance, dominate, donation, double bottom,
    doubled, easily, entry, eoy, exceed, exciting, fellow apes, fuck citadel, fud, genius move, golden cross,
    good buy, good earnings, got more, great, great company, great news, great opportunity, great stock, grow,
    growing, headed to, heading to, healthy, hedgefunds, hedgies, here we go, hero, huge, impressive, in at,
    inevitable, institutions, inverse head and shoulders, launch, leader, lifted, lifts, like the stock,
    long term hold, looking great, looks great, love, made money, make money, money printer, multiple expansion,
    nice day, no worries, on its way, partnership, patient, preach, printing, prints, raises price target, recovered,
    reversal, reward, rich, rose, savior, send it, shilling, shills, shorts covering, sky, success, sweep, the dip,
    together strong, tomorrow will be green, turning up, unity, upgrade, vertical, way to, we will win, whales, yes,
    🌈 🐻, 🎉, 🐳, 👌, 💵, 🙂, 🙌, 🤗, 🤩, 🥰, 🥳, 🦍, 🧠
  0.3:
    above resistance, accelerate, accelerating, acceleration, achieve, awesome, back above, base breakout, basing,
    beautiful, best idea, bid up, bigly, boost, boosted, boosts, bounced, breakthrough, buyer, can't wait, cash,
    cheers, coiling, compelling, constructive, contract, cover, cup handle, curling, curling up, donated, easy,
    easy money, epic, exceeded, exceeding, exceeds, excellent, excited, expanding, expands, expansion, faith,
    favorable, favourite, fearless, firming, gain, good luck, good quarter, good results, grabbed, grabbing,
    great earnings, great quarter, great results, happy, heavy volume, hedge fund, high demand, history, hype train,
    improve, improved, improves, improving, increases, innovative, insane, intrigued, intriguing, just the beginning,
    just wait, leading, legendary, milestone, momentum, monster, must buy, must own, nice bounce, nice entry,
    nice pop, nice setup, on the way, orders up, oversold, owned, parabolic, pennant, perking, perking up, positives,
    potential, power, powerful, profitable, profits, proud, push, pushing higher, raises, raising, record earnings,
    record profit, record quarter, record revenue, record sales, recover, resilient, respect, revolution, robust,
    secured, shorted, shorts must cover, steady, strong demand, support, supported, tailwind, tailwinds, the future,
    thrives, thriving, through resistance, top pick, topped estimates, tops, triple, upbeat, victory, we go,
    wedge breakout, wins, wins contract, ✔, ❤, 💥, 💰, 💹, 😄, 😊, 😌, 😮, 🙏, 🤑, 🤟, 🤠
  0.2:
    achieved, believe, bots, breaks, free money, fundamentals, future, haters, invested, investment, leads, let's see,
    lets see, lift, love this, nice, opportunity, owns, paid off, profit, raise, ran, rip, running, stable,
    successful, thanks, top, train, win, wow, 👍, 😀, 😎
  0.0:
    all day long, as long as, at the top, bear in mind, bear with, before long, being shorted, break it down,
    bull shit artist, buy low sell high, buy me, buy side, call it, call me, call option, call options, calm down,
    covered calls, crash course, cut short, don't worry, down the road, down to earth, down vote, drop a,
    drop in the bucket, drop me, drop the, exit plan, exit strategy, fall for, falling for, gain porn,
    heavily shorted, hold on, hold up, holding back, how long, in short, limit sell, long ago, long day,
    long story short, long time, loss porn, low volume today, lower case, most shorted, motley fool, naked short,
    naked shorting, naked shorts, new low karma, no one, not financial advice, on hold, on top, put in, put it,
    put on, put option, put options, red flag, rise and shine, sell button, sell calls, sell covered calls, sell high,
    sell limit, sell limits, sell me, sell order, sell orders, sell side, sell wall, sell walls, selling calls,
    selling ccs, selling covered calls, set sell, short answer, short interest, short ladder, short ladder attack,
    short of, short percentage, short positions, short seller, short selling, short story, short term, short thesis,
    short volume, shorted stock, shorts expire, sit down, slow down, so long as, sold calls, sold ccs,
    sold covered calls, sold out of, thanks for, this is not financial advice, too long, top of, top post,
    up and down, who bought, who shorted, who sold, worse than, written down, wrote covered calls, yolo update
  -0.2:
    buyers, cheat, crooks, damage, fined, gap fill, hypocrites, lies, no, outage, pressure, really, resistance,
    short position, struggling, wait for, weeks, why is, will pop, 😂
  -0.3:
    accidents, antitrust, bad earnings, bad quarter, ban, banned, bear pennant, below support, betrayal, betrayed,
    blame, blames, breach, breaks support, burning, burst, bursting, busted, cheated, clown, clowns, competition,
    conspiracy, crashed into, crook, crying, damaging, death, deceive, defect, defective, defects, deteriorating,
    deterioration, die, disappoint, disappointed, disappointing, disappoints, dives, doubtful, doubts, drag, dragging,
    drags, dropped, eroding, erosion, exhausted, exhaustion, exit, failed breakout, fatal, fire risk, flatline, flu,
    fooled, froth, frothy, fuck robinhood, greedy bastards, hack, hacked, heavy, hoax, hurts, hype, hypocrisy,
    hypocrite, issue, issues, killed in, killing, lawsuit filed, layoff, leaving the company, looks heavy, lost money,
    lost support, lower lows, melt, mislead, misleading, missed, negative growth, not, ousted, overextended,
    penalties, penalty, poor earnings, pressured, probe, probes, questionable, quits, recall, resign, reversing,
    ridiculous, rising wedge, risky, rolled over, rug, sec investigation, short report, shrink, shrinking, shrinks,
    skeptical, sketchy, slow, sluggish, soft, softer, softness, stagnant, stagnation, steal from, stole, stretched,
    struggle, struggles, suffer, suffering, suffers, suspicious, terminated, theft, thieves, threatened, threatens,
    toppy, under pressure, under resistance, unsustainable, violation, violations, volatile, war, weak demand,
    weak earnings, weak quarter, weak sales, weighing, weighs, worsening, worsens, wtf, ☠, 😈 😈, 🤦, 🥱, 🥴
  -0.4:
    about to dump, about to pop, accident, afraid, at resistance, back below, bagholder, bankruptcies, boring,
    broke support, burn, burned, burning cash, carnage, cash burn, class action, confusing, cooked, corona,
    coronavirus, correction, costs, covid, crushed by, damaged, deceptive, default, delays, destroyed, dishonest,
    distribution, diving, dot com, dotcom, doubt, downhill, even lower, evil, excuse, excuses, expensive, explosion,
    faded, fading, false breakout, faulty, fool, game over, gap down, gap to fill, get out, glitch, goes to zero,
    going concern, going to drop, gonna crash, gonna drop, gonna dump, h&s, has to drop, hate, headed down,
    heading lower, heading south, im out, impairment, insane valuation, insanity, insider selling, junk bond, killed,
    lacking, lacks, laggard, lags, lose, lose all, loss making, lower prices, madoff, manipulation, manipulators,
    margin call, melting, mistake, much lower, negative, never be profitable, never made, no bueno, no good, no more,
    no profit, no profits, no support, nosedive, not buying, not profitable, offering, out of, over hyped, panic, pos,
    predatory, priced in, pull back, pullbacks, pure hype, quit, recession, retrace, reverse, ridiculous valuation,
    roadkill, rugged, scams, scared, sellers, shady, shakeout, ship is sinking, shutdown, slowly, stalled, stupid,
    sucks, survive, the end, theranos, this trash, threat, toast, too good to be true, toxic, trend is down, tulip,
    tulips, unrealistic, unsafe, valuation, wash, weak hands, weakness, went down, will crash, worried, 🐀, 🖕, 😔,
    😞, 😠, 😤, 😩, 😲
  -0.5:
    $tslaq, about to crash, absurd, advantage, anxiety, bad, bag, bag holder, bag holding, bear, betting against,
    beware, blood, broke down, broken, bubble will, bulls, burn cash, cliff, collapse, concerned, cuts, death cross,
    debt, delay, delayed, desperate, diluted, done, down big, down to, downgrade, euphoria, evaporate,
    expired worthless, falling, false, fill the gap, flushed, fools, fuck you, further, further down, go fuck,
    going to fall, gonna tank, heading down, idiot, im short, insiders selling, investigation, it's over, iv crush,
    joke, lag, lagging, layoffs, lie, lose all your money, lose money, losing, lying, mania, massacre, meltdown, miss,
    missed earnings, my short position, needs to drop, no way, nobody, oops, over valued, overhyped, pandemic,
    party is over, piece of shit, plunged, ponzi, profit taking, regret, retracement, sad, sell it, sell off, sells,
    shake out, short sold, short the, slaughter, smh, sold, stalling, sue, taking profits, tariff, this pos,
    this turd, told you, too expensive, too late, treason, trouble, turd, ugly, unprofitable, unwinding, way down,
    way lower, will fall, worry, worst, write down, ⛔, 👿, 💣, 😓, 😖, 😣, 😫, 😰, 😴, 😵, 😶, 😹, 🚫, 🛑, 🥶, 🥺
  -0.6:
    abandon, about to drop, accounting fraud, all in on puts, awful, back down, bad news, bag holders,
    bag holding this, bankruptcy, bear spread, bet against, blew up, blood red, bloodbath, blown up, bottomless,
    breakdown, breaking down, bs, bubble is, bubbles, bull shit, bulls are, bulls will, bulltards, burnt,
    buying puts on, catching a falling knife, chapter 11, cheating, circling the drain, closed my calls, collapsed,
    collapses, collapsing, concerns, cooked books, cooking the books, cooking their books, corrupt, covered my calls,
    crashed, crashing, criminal, cultists, cut guidance, cut my losses, cuts guidance, cuts price target,
    cutting losses, danger, dead cat, dead company, dead money, dead stock, declined, declines, declining, delisted,
    delisting, delusion, delusional, depression, dilute, dilute shareholders, diluting, disappointment, disaster,
    divorce, dog shit, dont buy, double top, down, down again, down from, downgraded, downtrend, downward, drilling,
    dropping, dumb, dump my, dumped, dumped my, dumpster, dumpster fires, dying, dying company, enron, exited,
    exiting, expire worthless, extended, fade, fail, failing, failure, fake, fallen, falls, fears, fired, flush,
    foolish, fraud, gapping down, go down, goes down, going all in on puts, going bankrupt, going to zero, greed,
    greedy, guh, guided down, hated, headwinds, holding bags, horse shit, hot garbage, house of cards, hyped, i'm out,
    implode, implodes, imploding, in the toilet, inflation, insolvent, investigated, is done, its over, jail, kill,
    kills, lack, laid off, lawsuits, lied, liquidated, lockdown, lod, loser, losing market share, losing money,
    low volume, lower, lower from here, lower guidance, lower high, lower highs, lower low, lowered guidance, lowers,
    lowers price target, melting ice cube, missed estimates, missed expectations, misses, misses estimates, more down,
    morons, my short, nervous, new low, new lows, no volume, over bought, over for, over priced, painful, pathetic,
    pigs, plummet, plummeting, plummets, plunge, price target cut, problems, pullback, pumped, pumper, put,
    put spread, rate hike, rate hikes, red day, rejected, rekt, resigns, restrict, rigged, rip to, rugpull, sadly,
    scandal, screwed, secondary offering, sell, sell now, sell the news, selling, selling off, selloff,
    share offering, shit stock, short at, short seller report, shorted it, shorting the, sinking, sinks like,
    slaughtered, slide, slides, sliding, slip, slowdown, slowing, slowing growth, slump, slumps, sold everything,
    sold my calls, sold my position, sold off, sold out, steps down, stop loss, stopped out, stuck, sub 100, subpoena,
    suck, sucked, sucker, sued, suspended, tank, tap, terrible, theta decay, this garbage, this pig, titanic, to 0,
    took profits, top is in, topped, topping, trade war, trap, trapped, tsla q, tumble, uncertainty, underperform,
    underweight, very bearish, warned, warning, weak guidance, won't buy, worst company, worst stock, worth less,
    worth nothing, worth zero, worthless, worthless calls, wouldn't buy, wrecked, zero, ☹, ⚰, ❌, ⬇, 🌈, 💔, 🔴, 🕳,
    🗑, 😕, 😟, 😡, 😥, 😨, 😪, 🚩, 🤑 🤡, 🤡, 🤥, 🧻 🙌, 🪂, 🪦
  -0.7:
    bagholders, bags, bankrupt, below expectations, bleed, blocked, blood bath, cheaper, concern, crap, crappy,
    criminals, cult, cut, cut losses, cutting, dangerous, dead, dead cat bounce, deep red, died, disgusting, dive,
    dogshit, don't buy, down the drain, drill, drop, dumps, dumpster fire, failed, fails, falling knife, fanboys,
    fraudulent, getting out, halted, hates, head and shoulders, hell, hurt, i shorted, illegal, irrational, lawsuit,
    loses, loss, losses, lost, manipulated, margin calls, moron, not good, not worth, ouch, overbought, pain, pig,
    plunges, plunging, poor, prison, problem, pump, pumpers, recalls, red, rejection, rolling over, rug pull, scary,
    shit company, sink, sinking ship, sinks, slipping, sold my shares, tanks, tariffs, to zero, too high, tslaq,
    weaker, weakest, worries, worse, wrong, yikes, you bulls, ⚠, 🐍, 💀, 💩, 🔻, 😢, 🙁, 🤢, 🤮
  -0.8:
    avoid, bagholding, bear flag, bear market, bleeding, blow up, bull trap, careful, caution, crashes, dilution,
    downside, drops, dump it, dumping, fell, fucked, garbage, going short, going to crash, got out, headed lower,
    horrible, i'm short, insiders, is over, junk, liar, lowered, lows, nonsense, overpriced, restricted, scam,
    sell rating, sheep, shitty, short it, short this, shorting, shorting this, slips, sold all my, stay away, suckers,
    take profits, tanked, the bulls, trash, tumbles, will drop, will tank, worried about, 👎, 🔪, 🩸
  -0.9:
    bullshit, crash, decline, dump, overvalued, pump and dump, short, sold all, tanking
  -1.0:
    bearish, bought puts, bought puts on, buy puts, buying puts, fall, going down, load puts, loaded puts,
    loaded up on puts, loading puts, long puts, losers, more puts, puts, puts are, puts for, puts on, puts printing
  -1.1:
    bubble, my puts, 📉
  -1.2:
    downgrades
  -1.3:
    weak
`);
