"""The phrases by which visitors say yes and no, object, wish, and ask; lists to extend."""

import re

from services.dialogue.domain.doubts import DOUBLE_NEGATIVES
from services.dialogue.domain.reading.patterns import any_of, either

_DEMO = either("demo, calendly, booking link, (?:the|a|your|that|this) (?:\\w+ )?link, link please")
_GOOD = either(
    "good, great, fine, right, perfect, fair, reasonable, like a plan, like it, excellent, awesome,"
    "amazing, nice, helpful, useful, welcome, promising, solid, decent, alright, grand,"
    "correct, ok, okay, lovely, wonderful, brilliant, promising, spot on"
)
_MIGHT = either("can, could, should, must, would, will, does, shall")
_PERSON = either(
    "human, person, someone, somebody, (?:your|real|actual) people, representative, agent, colleague,"
    "sales\\w*"
)

DECLINES = any_of(
    r"\bnot interested\b(?! in )",
    r"\bno longer interested\b",
    r"\bno,? thank(?:s| you)\b",
    r"\b(?:i|we)(?:'ll| will) pass\b",
    r"\bnot for (?:us|me)\b",
    r"\bleave me alone\b",
    r"\bstop (?:messaging|contacting|writing|emailing|texting|bothering)\b",
    r"\bunsubscribe\b",
    r"\bforget (?:it|about it|this)\b",
    r"^\W*(?:stop|quit|bye bye|go away)\W*$",
    r"\b(?:bye|goodbye|good bye)\b\W*$",
    r"\bdon't (?:contact|write|email|bother|message)\b",
    r"\b(?:don't|do not) (?:want|need) (?:this|it|any of this|your \w+|any(?: more)?)\s*(?:[.!,]|$)",
    r"\b(?:don't|do not) (?:want|need) an? (?:ai|agent|bot|demo|call)\s*(?:[.!,]|$)",
    r"\bnot (?:going|moving) (?:forward|ahead)\b",
    r"\blet's (?:leave it|stop|not)\b",
    r"\brather not (?:continue|go|do)\b",
    r"\b(?:hard pass|no need|no can do|not happening|count (?:me|us) out|thanks? (?:anyway|all the same))\b",
    r"\b(?:i'm|i am|we're|we are|im) out\b\W*$",
    r"\b(?:don't|do not|dont) (?:bother|send|want)\b[^.,;!?\n]{0,20}\b(?:link|demos?|anything)\b",
    r"\b(?:no|don't do|hate) demos?\b",
    r"\b(?:shut up|piss off|f\w+ off|get lost|do one|buzz off|bugger off|screw you)\b",
    r"^\W*(?:please |just )?(?:drop|leave|skip|scrap) (?:it|that|this)(?: (?:there|be|alone|at that))?\W*$",
    r"\b(?:shall|will|'ll|let's|let us|better) (?:just )?(?:leave|drop) (?:it|this|that)\b",
)
BARE_NO = re.compile(r"\W*(?:no|nope|nah|no no|no way|never|absolutely not|no i don't)\W*", re.IGNORECASE)
RELUCTANT = any_of(
    r"\bnot (?:really|quite|convinced|sure|there yet|what|right|exactly|a fit|happy)\b",
    r"\bnot (?:good|great|helpful|useful)\b",
    r"\b(?:don't|do not) (?:like|love|think so|see)\b",
    r"\b(?:doesn't|does not|isn't|is not|won't|will not) (?:fit|work|help|look|sound|right|it|what|for)\b",
    r"\bhave a (?:good|nice|great|lovely) (?:day|one|evening|weekend|week)\b",
    r"\b(?:i|we)(?:'ll| will) (?:get|be|come) (?:back|in touch)\b",
    r"^\W*(?:well,? |hm+,? )?(?:yes and no|yes,? no,? maybe|yes,? but no|yes-?ish|in parts?|part(?:ly"
    r"|s of it)|half and half|so-so"
    r"|sort of|kind of|more or less|not (?:all|everything)|up to a point|to (?:a|some) (?:degree"
    r"|extent))\b\W*$",
    r"^\W*(?:no|nope|nah|hmm+,? no|not yet|meh)\b\W*(?:$|[.,!;])",
)
# No wish for a change and no question to us, however it is put.
PUTS_OFF = any_of(
    r"\brather (?:wait|hold off|think|leave it|sleep|postpone|come back|read)\b",
    r"\b(?:can|could|would|will|please|just|rather) (?:you |i |we |us )?(?:have )?(?:please |just "
    r"|maybe )?(?:e-?mail|mail|send|text|get|write)"
    r" (?:me |us |it |that |this )?(?:over )?(?:the |some |more |a |your |all )*"
    r"(?:details?|infos?|information|summary|brochure|pdf|something (?:to read|in writing)|one-pager"
    r"|document\w*|by e-?mail|in writing)\b",
)

PLAIN_YES = any_of(
    r"\b(?:y+e+s+(?!,? (?:and|but) no\b)|yeah|yea|yep|yup|absolutely|definitely|certainly|of course"
    r"|agreed|deal|exactly)\b",
    r"^\W*go on(?: then)?\b",
    r"\bwhat (?:i|we) (?:had in mind|need(?:ed)?|want(?:ed)?"
    r"|(?:was|were|am|are) (?:looking|hoping) for|(?:was|were|'re|are) after)\b",
    r"\b(?:please do|go ahead|go for it|do it|why not|count me in|next step|good to go|move forward)\b",
    rf"\b(?:sounds?|looks?|seems?|all|very) (?:really |very |pretty |just |about |quite )?{_GOOD}\b",
    rf"\b(?:that's|it's|that is|it is|this is) (?:really |very |pretty |just |about |quite )?{_GOOD}\b",
    r"\blet'?s (?:go+|do|start|book|proceed|move|talk|try|get"
    r"|roll|hear|have (?:it|a look)|see (?:it|what)|set)\b",
    r"\b(?:be my guest|by all means|feel free|you bet|for sure|fire away|hit me|bring it|sign (?:me|us) up"
    r"|spot[- ]on|bang[- ]on|no[- ]brainer|(?:might|may) as well|why the \w+ not|lgtm|hell ye\w+|thumbs up"
    r"|nailed it|ticks? (?:all|every|the)|hits? the (?:nail|mark|spot)|more like it|on the head)\b",
    r"\b(?:i'm|i am|we're|we are|im|count (?:me|us)) (?:all |so |totally |really |very |quite |already )?"
    r"(?:game|in|sold|impressed|delighted|thrilled|keen|on board|up for|all for)\b",
    r"\b(?:would|'d) (?:really |very |just )?"
    r"(?:be (?:delighted|grateful|glad|up for)|do nicely|appreciate)\b",
    r"\b(?:could|can) (?:live|work) with (?:this|that|it)\b",
    r"^\W*(?:please |pls |just |ok |okay )?(?:send|continue|proceed|carry on)(?: please| then)?\W*$",
    r"\b(?:i'd|i would|we'd|we would) like (?:that|it)\b",
    r"\b(?:suppose|guess|reckon|think) so\b|\b(?:open to (?:it|that|this)|curious)\b|\bwhy (?:ever )?not\b",
    r"\b(?:i'm|i am|we're|we are|i'd be|we'd be) (?:open|up|down) (?:for|to)\b",
    *DOUBLE_NEGATIVES,
    r"\bworks (?:for|well)\b",
    r"\bthat works\b",
    r"\b(?:i'm|we're) in\b",
    r"\b(?:i|we) (?:really |quite |rather |do |actually )?(?:like|love|agree|accept)\b",
    r"\b(?:i'd|i would|we'd) love\b",
    r"\b(?:love|like) it\b",
    r"\bsend it(?: over| along)?\b",
    r"\bbetter than (?:i |we )?(?:expected|thought|hoped)\b",
    r"\b(?:satisfied|pleased|convinced) (?:with|by)\b",
    r"\b(?:makes sense|fits|matches|suits (?:us|me)|happy with|ready to|interested)\b",
    "[\U0001f44d\U0001f44c\u2705\U0001f64c\U0001f4af\U0001f525\U0001f44f\U0001f389\U0001f91d\U0001f680]",
)
# These are a yes only where a sentence begins with them: "a nice customer" is none.
WEAK_YES = re.compile(
    r"(?:^|[.!,]\s*)\W*"
    + either(
        "sure, sure thing, ok, okay, k, great, good, perfect, excellent, awesome, fantastic, wonderful,"
        "lovely,"
        "brilliant, nice, cool, fine, correct, right, all right, alright, ya, aye, yess+, super,"
        "amazing, got it,"
        "impressive, convincing, dope, sweet, neat, solid"
    )
    + r"\b",
    re.IGNORECASE,
)
NEGATION_BEFORE = any_of(r"(?:\b(?:not|never|no|hardly|nothing|if|cannot)|n't)\s+(?:\w+\s+){0,2}$")

NO_CHANGE = any_of(
    r"\b(?:no|without|not? any|any) (?:more |further )?(?:changes?|adjustments?|tweaks?)\b",
    r"\bnothing (?:to|i'd|i would|we'd) (?:change|add)\b",
    r"\b(?:wouldn't|would not|don't|do not) (?:need to |have to |want to )?change (?:a thing|anything|it)\b",
    r"\bchange nothing\b",
)
ASKS_TO_GO_ON = any_of(
    r"\bwhat(?:'s| is| are| comes)? (?:the |our )?next\b",
    r"\bhow (?:do|can|should) (?:we|i) (?:proceed|continue|go on|get started|start)\b",
    r"\bwhere do we go from here\b",
)
WISHES = any_of(
    r"\b(?:change|adjust|tweak|modify|revise|edit|rework|redo|swap|replace|rename|reword)\b",
    r"\bdrop(?! (?:it|this|that|me|us|by|in|the link)\b)\b",
    r"\b(?:add|include|remove|leave out|take out|leave off|exclude|leave \w+ out)\b",
    r"^(?!.*\b(?:e-?mail|mail|send|text|call|ring|phone|write) (?:me|us)\b).*\b(?:instead|except)\b",
    r"\bwithout\b(?! (?:(?:a|any) )?(?:doubt|(?:the |your |a )?(?:demo|call|meeting|link|talking|speaking"
    r"|booking)))",
    r"\brather (?!not\b|wait\b|hold\b|think\b|leave\b|sleep\b|talk\b|speak\b|see\b|read\b|get\b"
    r"|postpone\b|come\b|stop\b)\w+",
    rf"\b{_MIGHT} (?:it|you|we|this|that|the (?:agent|bot|proposal)) (?:also|only|not|just|please)\b",
    rf"\b{_MIGHT} (?:it|you|that) [^.!?\n]{{1,60}}\b(?:too|as well)\b",
    r"\bcan (?:it|you|we) (?:use|work|connect|include|handle)\b",
    r"\b(?:should|must|needs? to|has to|have it) (?:also|only|not)\b",
    r"\b(?:shouldn't|mustn't)\b",
    r"\b(?:it|the (?:agent|bot)) (?:should|must|needs? to|has to|ought to)"
    r"(?! (?:work|do|help|be (?:fine|ok|okay|good|great))\b) \w+",
    r"\balso (?:needs?|should|has to|handle|want|do|cover)\b",
    r"\b(?:is|are|it's|there's|something's) missing\b",
    r"\bmissing (?:is|are|the)\b",
    r"\byou (?:forgot|missed|left out)\b",
    r"\bmake (?:it|that|this|sure)\b",
    r"\bone (?:change|thing|more thing)\b",
    r"\b(?:don't|do not) (?:want|need) (?:it|the|that|this)\b",
)
WANTS_DEMO = any_of(
    r"\b(?:book|schedule|set up|arrange|reserve|send|see|get|want|like|have(?! to)|give|share|start with)\b"
    rf"[^.!?\n]{{0,30}}\b{_DEMO}\b",
    rf"^\W*(?:{_DEMO}|link)(?: please)?\W*$",
    r"\b(?:sign|book|put) (?:me|us) (?:up|in|down)\b",
    r"\bwhen (?:can|could|shall|do) (?:we|i) (?:meet|talk|speak|see)\b",
    r"\bwhere do (?:i|we) sign\b",
    r"\b(?:book|schedule|set up|arrange) (?:a|the) (?:call|meeting|time|slot|appointment) with you\b",
)
# "Can I see it without a demo?" has the words of a wish for one.
SPARES_THE_DEMO = any_of(r"\b(?:without|instead of|rather than|before|skip\w*|no|not)\b")

ASKS_FOR_A_PERSON = any_of(
    r"\b(?:talk|speak|chat|connect me|put me through|get through) (?:to|with) "
    rf"(?:an? |some)?(?:real |actual |live )?{_PERSON}\b",
    r"\b(?:real|actual|live) (?:human|person) please\b",
    r"\bcan (?:someone|somebody|you) call (?:me|us)\b",
    r"\bplease call (?:me|us)\b",
)
ASKS_WHETHER_A_BOT = any_of(
    r"\b(?:are|r) (?:you|u) (?:an? )?(?:real\b|human|bot|robot|ai\b|person|machine|chat ?bot|chatgpt)",
    r"\b(?:are|r) (?:you|u) automated",
    r"\bis this (?:an? )?(?:bot|robot|ai\b|automated|human|real person|chat ?bot)",
    r"\bam i (?:talking|chatting|speaking|writing) (?:to|with)\b",
    r"\b(?:you're|you are) (?:just )?an? (?:bot|robot|ai|machine)\b",
)
ASKS_FOR_THE_PRICE = any_of(
    r"\bhow much\b(?! (?:time|of|work|effort|longer|more|detail|does (?:it|that) take))",
    r"(?<!my )(?<!our )(?<!their )(?<!the )(?<!send )\bpric(?:ing|e list|e range)\b",
    r"\b(?:what|which)\b[^.!\n]{0,40}\b(?:costs?|prices?|charges?|fees?|rates?)\b",
    r"\byour (?:prices?|rates?|fees?)\b",
    r"\b(?:tell|give|send|show) (?:me|us) [^.!?\n]{0,20}\b(?:prices?|costs?|quote)\b",
    r"^\W*(?:the )?(?:prices?|costs?|quote)\W*$",
)
OPENS_A_QUESTION = any_of(
    r"^\W*(?:what|how|who|why|do you|does it|can you|can it|is it|are you|is there|will it|would it)\b"
)
# An order to us answers no question for a number.
COMMANDS = any_of(
    r"^\W*(?:please |now |just )?"
    + either(
        "ignore, forget, list, print, show, say, repeat, give, write, tell, confirm, set, decode, output,"
        "pretend, act, send, spell, translate, quote (?:me|us|your|it), reveal, continue, mark, add,"
        "put, simulate, speak"
    )
    + r"\b"
)
SPEAKS_ABOUT_US = any_of(r"\b(?:that's|that is|this is|you're|you are|your|sounds)\b")
THANKS = any_of(r"\b(?:thanks|thank you|thx|cheers|appreciate|much obliged)\b")
GREETS = any_of(
    r"^\W*(?:hi|hey|hello|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))"
    r"(?: there| ada| all| team)?\W*$"
)
