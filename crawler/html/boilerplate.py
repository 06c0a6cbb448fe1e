"""Lines that stand in an article's container but are not its text, told by their words, in Chinese and English.

Each pattern is for one whole line, already cleaned; the words are what editors and publishing systems put there, collected by reading
pages, not taken from a list. Nothing here knows a site.
"""

from __future__ import annotations

import re

from crawler.text import HAN, PERSON, has_han, simplified

_COLON = r"\s*[:：丨|｜/]\s*"
REPRINTED = r"(?:经?.{0,4}授权)?(?:首发|来源|来自|转载|转|摘|原载|原刊)[于自]?\s*"  # before whose the text is

# A whole short line that is furniture. `match`ed at the start; the second figure bounds how long (code points) such a line may be.
_LINE = (
    # editors, proofreaders, authors, sources, original titles: a label, a colon, a few names
    r"[\(（\[【\s]*(?:责任?编辑?|责编|值班编辑|本文编辑|首席编辑|编辑|主编|校对|审核人?|监制|[初复终一二三]审|统筹|版式|美编|制图|排版|栏目主编|文字编辑|编审"
    r"|值班主任|微信编辑|新媒体编辑|责校|见习编辑|实习编辑|运营编辑|图片编辑|视觉|出品|策划)(?:助理)?" + _COLON + r".{0,60}",
    r"[\(（\[【\s]*(?:本文)?(?:原标题|原题|原文标题|文章标题|原题为)\s*[:：《].{0,120}",
    r"[\(（\[【\s]*(?:(?:文章|稿件|新闻|信息|本文|视频|原文|图片|[头题封首]图)?来源|(?:本文)?(?:转自|摘自|转载自|来自)|出处|稿源)"
    + _COLON
    + r".{0,60}|[（(]本文(?:来|转|摘|选)自.{2,40}[)）]",
    r"[\(（\[【\s]*(?:文章)?(?:作者|撰文|撰稿|采写|执笔|主笔|供稿|文图|图文|文字|文|图|视频)\s*[:：/|丨｜]\s*.{0,40}",
    rf"[\(（\[【\s]*(?:本文|文章|原文)?{REPRINTED}[:：]?\s*(?:(?:微信)?(?:公众号|订阅号)|《).{{0,120}}|原[载刊][于自]?"
    + _COLON
    + r".{0,60}",
    rf"(?:作者|撰文|采写|执笔|文)\s+[{HAN}]{{2,4}}(?:[\s、，,]+[{HAN}]{{2,4}}){{0,5}}",
    rf"[□■◆\s]*[{HAN}]{{0,12}}(?:首席|见习|实习|全媒体|特约)*(?:记者|通讯员|撰稿人?|评论员)[\s:：|/丨｜]+[{HAN}]{{2,4}}"
    rf"(?:(?:[\s、，,]+|\s*(?:实习生|通讯员|见习记者|实习记者|摄影记者|记者|编辑)[\s:：丨｜]*)[{HAN}]{{2,4}}){{0,5}}(?:\s+文\s*/\s*[图摄]|返回.{{2,6}}[，,]查看更多)?",
    rf"[□■◆]\s*{PERSON}(?:[\s、，]+{PERSON}){{0,3}}",
    r"[^，。！？：\s]{2,10}(?:报道|原创|出品|专稿|编译)|.{1,20}\s发自\s.{2,12}|.{0,20}[|丨｜]\s*(?:微信)?公众号.{0,24}|[—\-\s]*完[—\-\s]*",
    r"[\(（]?(?:本报|本网)?(?:实习|见习)?(?:记者|通讯员)\s*[:：].{0,30}",
    # advertisements
    r".{0,12}(?:检测到|请|您).{0,16}(?:广告(?:拦截|屏蔽)|(?:拦截|屏蔽)广告).{0,80}|.{0,30}(?:APP看新闻|保证天天中奖|点我下载).{0,60}"
    r"|(?:请?继续往下阅读|未完待续).{0,6}",
    # captions
    r"播客\s*[｜|丨].{0,60}|.{0,80}[（(](?:资料(?:照|图)[^（()）]{0,24}|[^（()）]{1,14}摄)[)）]",
    # the reader's tools
    r"(?:字号|字体)" + _COLON + r".{0,30}|字号\s*[大小中+-].{0,20}|【?字体[:：].*",
    r"(?:关键[词字]|标签|相关标签|文章标签|本文标签|话题|TAG|Tags?|(?:所属|分类)(?:专[栏题]|栏目|频道)|(?:[本原]文|文章)(?:链接|地址|网址))"
    + _COLON
    + r".{0,160}",
    r"(?:[【\[]?(?:打印|关闭|收藏|返回|我要纠错)(?:[本此该]?[页文](?:面)?|窗口|正文|顶部|首页|列表|上一?[页级]|网页)?[】\]]?\s*){1,4}",
    r"(?:[上下]一页|阅读下一篇|返回(?:搜狐|首页|顶部|列表)|查看(?:更多|原文|全[部文]|大图)|阅读(?:剩余)?(?:全文|原文|更多)|展开(?:阅读)?全文|收起全文"
    r"|更多(?:精彩|内容|新闻|资讯|专业报道)|加载更多|我要(?:评论|反馈|纠错|报错)|【纠错】|复制链接|已关注|回到顶部|正在播放).{0,12}"
    r"|(?:打印(?:本页)?|关闭(?:窗口|本页)?|收藏(?:本文)?|举报(?:/反馈)?|纠错|投诉|点赞|赞|顶|评论|转发|分享|关注|订阅|推荐|热门|重播|广告|广告也精彩|听新闻|参与互动|申请转载|没有更多了"
    r"|文章被以下专栏收录)(?:[\W\d].{0,12})?|(?:一键三连|点这里.{0,4}关注).{0,40}|[上下]一[篇条].{0,80}|[大中小]字体?(?:\s*[大中小]字体?)+|(?:#[^#\s]{2,20}#?\s*){1,8}|共\s?\d+\s?页.{0,40}",
    r"(?:您|你)?(?:所在的?|当前的?)?位置\s*[:：].{0,80}",
    r"(?:阅读|浏览|阅)(?:量|数|次数)?\s*[:：]?\s*[(（]?[\d.]+\s*[万wk]?\+?\W*(?:(?:收藏|评论|点赞|分享|次).{0,12})?|感谢.{0,12}网友.{0,60}投递[！!。]?",
    # headings over what only announces the text: its contents, its abstract
    r"\W?(?:(?:文章|本文|内容|新闻|AI|智能)?(?:目录|摘要|提要|导读|导航|导语|速读|速览)|内容简介|直播(?:简介|导语|回顾)|(?:核心|阅读)提示)\W*",
    # neighbours
    r"\W{0,2}(?:相关|延伸|推荐|拓展|猜你喜欢|你可能.{0,2}喜欢|大家都在|今日|热门|更多|精彩|往期|编辑|小编)(?:阅读|推荐|精选|新闻|文章|链接|专题|报道|资讯|视频|内容|回顾|搜索|标签|看)?\s*[:：>》]*",
    r"(?:相关|延伸|推荐|拓展)(?:阅读|新闻|文章|链接|报道)\s*[:：].{0,80}",
    r"(?:更多|相关).{0,30}(?:请关注|敬请关注|欢迎关注|请点击).{0,40}",
    # rights and cautions
    r"[（(]?本文由.{1,20}(?:赞助|支持).{0,10}|(?:文中|本文|部分)?(?:图片|配图|素材|图文).{0,6}(?:来自|来源于?|源自)(?:网络|互联网).{0,60}|[头题封首]图.{0,4}(?:来自|来源于?|源自).{2,30}|©.{0,80}",
    r"(?:声明|注|特别提醒|提示)\s*[:：].{0,40}(?:转载|观点|本网|本站|平台|立场|版权|仅供参考).{0,300}",
    r"[\(（*＊]?(?:本文|本网?站?所刊载|[以此本]上?内容|文章内容|该文|该文观点|本作品).{0,12}(?:仅代表|不代表|来源于|系作者|为.{0,16}原创|由.{0,12}授权|版权归|转载自|首发).{0,200}",
    r".{0,12}(?:广告|商务)合作.{0,40}",
    r"[视音]频(?:加载|播放).{0,20}|(?:本文|全文)[共约有大]*\s*\d+\s*字.{0,40}|凡本[网站报]?注明.{0,300}|凡注明.{0,300}",
    r"欢迎.{0,10}(?:评论区|留言|转发).{0,30}",
    rf"[（(]?(?:(?:责任?编辑|[{HAN}]{{0,3}}编辑|值班编委|编委|值班主任|值班主编|审核|校对|监制)\s+[{HAN}]{{2,4}}\s*){{1,4}}[)）]?",
    # comments
    r".{0,8}(?:跟贴|网友评论).{0,30}|.{0,16}参与评论.{0,12}|发表评论.{0,20}|暂无评论.{0,10}|我来说两句.{0,12}|登录后.{0,20}",
    r"(?:责任?编辑|编辑|[（【(]?(?:[本全]文)?完[)】）]?)\s*",
)
_LATIN = (  # matched against the line in small letters: to ignore the case costs the engine ten times as much
    r"[\[(]?(?:read|see|watch|view|listen|hear)\s*(?:more|next|also|related|now|on)?\s*[:>»|].{0,160}|(?:for |learn )?more(?:,? (?:read|see))?\s*:\s.{0,160}",
    r"(?:related|also)\s*(?:reading|articles?|stories|story|content|topics?)?\s*[:>»|].{0,160}",
    r"(?:read|see|show|view|load|learn|find out)\s+(?:more|less|all|also|next|full story|the full story|more stories)(?:\s.{0,30})?",
    r"(?:related|recommended|most read|most popular|most viewed|trending|popular|more from|more on|more stories|latest|top stories|top video"
    r"|editors?['’]? ?s? picks?|you (?:may|might) (?:also )?like|don['’]t miss|what to read next|up next|keep reading|continue reading"
    r"|story continues|article continues|join the conversation|something to consider|table of contents|in this article)\b.{0,50}|in this article:.{0,300}",
    r"(?:share|share this(?: (?:post|update|entry|story|article))?|share on|reply|permalink|tweet|pin it"
    r"|email|e-mail|print|save|copy link|comments?|leave a comment|add a comment|view comments"
    r"|subscribe|subscribe now|sign up|sign in|log ?in|register|newsletter|advertisement|advert|ad|sponsored|promoted|loading.{0,10}|close|open"
    r"|menu|search|play|pause|video|watch|listen|gallery|photos?|image|skip (?:to|past|ad).{0,40}|back to top|article content)[\s.:…]*",
    r"(?:subscribe|sign in|log in|register|sign up)\b.{0,30}\bto (?:continue|keep) reading.{0,60}",
    r"(?:click|tap) (?:here|to (?:enlarge|expand|unmute|view|play|share))\b.{0,60}|enlarge this image|scroll (?:down )?to continue.{0,30}|follow (?:us|him|her|me|on|@).{0,80}",
    r"(?:share|tweet|post|pin|email)\s.{0,40}\b(?:facebook|twitter|linkedin|whatsapp|reddit|pinterest|email)\b.{0,40}",
    r"(?:sign up|subscribe|register|join|get|have|receive|want)\b.{0,160}\b(?:newsletters?|inbox|email|e-mail|updates|notifications|alerts)\b.{0,120}",
    r"(?:for|want) more (?:stories|news|like this).{0,80}|(?:do you )?(?:have|got) a (?:news )?(?:tip|story).{0,160}|get in touch.{0,140}",
    r"(?:photo|image|picture|credit|source|photograph|illustration|video|(?:file|header|featured) (?:photo|image))s?\s*"
    r"(?:(?:by|credit|source|courtesy)?\s*[:/]|(?:source|caption|credit),|via ).{0,80}|(?:getty images|shutterstock|istock|ap photo)(?:[/ ].{0,40})?",
    r"(?:published|updated|posted|last updated|modified|first published|last modified)\s*(?:on|at)?\s*[:\d].{0,100}",
    r"(?:published|updated|posted|released|received on)\b.{0,40}\b(?:19|20)\d\d\b.{0,60}|(?:copyright|\(c\))\s.{0,160}",
    r"(?:[-–—] )?(?:with )?(?:additional )?(?:reporting|reports?|editing|writing|compiled|research|fact-checking|translation)\s(?:by|from)\s.{0,160}",
    r"by (?!the numbers\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b)(?:the )?(?:[a-z][\w.'’-]+\s?){1,4}(?:,.{0,40})?",
    r"to view this video.{0,160}|your browser does(?: not|n['’]t) support.{0,60}",
    r"(?:presented|sponsored|supported|powered|promoted) by\b.{0,120}|a message from (?:our|the)\b.{0,120}|our standards:.{0,60}",
    r"(?:this|the) (?:article|story|post|column|piece|interview|essay)\b.{0,16} (?:originally|first|also)?\s?(?:appear(?:s|ed)|adapted|excerpted)\b.{0,200}",
    r"\W?(?:featured |header |lead )?(?:photo|image|photograph|photography|illustration|graphic|video)s? by\s.{3,60}",
    r"we(?:['’]ve| have) noticed (?:that )?you.{0,80}|we rely on advertising.{0,140}|thank you for your (?:continued )?support\.?",
    r"(?:use|with) (?:the )?(?:promo|coupon|discount) code\b.{0,60}|(?:would you like|do you want) to [^?]{3,80}\? (?:join|apply|click|visit|contact|send|subscribe)\b.{0,120}"
    r"|(?:see|view) (?:more )?(?:photos|pictures) (?:from|of)\b.{0,60}:",
    r"download (?:the|our) .{0,40}\bapp\b.{0,80}|stay connected\b.{0,40}|also in (?:today|this)\b.{0,40}|\(+reporting by.{0,140}",
    r"(?:this|the) (?:post|content|video|tweet|embed)\b.{0,30}\b(?:cannot|can['’]?t|isn['’]t|is not|failed to)\b.{0,120}"
    r"|we apologize, but this video.{0,60}|try refreshing your browser.{0,20}",
    r"-\s*30\s*-|[-–—]?\s*(?:the )?ends?\s*[-–—]?|(?:keywords?|filed under|categories|topics|tags)\s*:.{0,160}",
    r"(?:\d[\d.,]*\s?[km]?\s*(?:comments?|shares?|min\w*\.? (?:read|de lect\w+|di lettura|de leitura|lese\w+|leestijd)|likes?|views?"
    r"|claps?|reactions?|followers?)\W*){1,3}|\d{1,2} of \d{1,3}",
    r"(?:follow|contact|reach|email)\b.{0,60}@.{0,80}|\++\w*",
    r"(?:e-?mail\W*)?[\w.+-]+@[\w-]+\.[\w.-]+|(?:tel|phone|fax|mobile|cell|office)\W*\+?[\d(][\d\s().-]{6,20}|\+\d[\d\s().-]{7,20}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{3,4}",
    r"(?:notice|disclaimer|special statement)\s*:\s*.{0,60}\b(?:content|article|views?|opinions?|pictures?|videos?|material|advice)\b.{0,300}",
    r"\(?(?:posted (?:by|in|at|on)|filed under|submitted by|(?:edited|written|translated|published|story|audio|design|graphics|fact-checked)"
    r"(?: (?:and|produced|development)){0,2} by)\b[^.!?]{0,100}\)?|this entry (?:was|is) .{0,400}",
    r"follow (?:ap|.{0,40}['’]s)\b.{0,60} coverage\b.{0,80}|you are receiving this e-?mail\b.{0,160}|our mailing address is\b.{0,60}|want to change how you receive\b.{0,60}",
    r"(?:media|press) contacts?\s*:.{0,160}|listen to this (?:article|story|post)\b.{0,30}",
    r"(?:comments are (?:closed|disabled|off)|be the first to comment|log in to (?:leave|post|add)|have your say in the comments"
    r"|(?:what do you think\W+)?let us know (?:what|your|in the comments))\b.{0,60}",
    r"(?:watch|see|listen to) the (?:video|clip|interview) (?:above|below)\b.{0,30}|follow live\b.{0,40}|know something about\b.{0,160}",
    r"(?:for )?immediate release\W*|a (?:photo|video) accompanying this\b.{0,160}|accuracy and availability of .{0,240}|from our (?:partners|sponsors)",
    r"support (?:independent|local|our) journalism\b.{0,120}|advertisement\W+(?:scroll|story|article)\b.{0,30}",
    r"(?:(?:previous|next) message|messages sorted by|prev by \w+|next by \w+|prev(?:ious)? in thread|next in thread|index\(es\))\s*:.{0,160}",
    r"view (?:original content|source version)\b.{0,200}|(?:photo|logo|video) [-–—] http.{0,200}|(?:pdf available|copy[ -]?editor|pic)\s*:.{0,160}",
    # to follow somebody on one of these, named before the first comma
    r"(?:(?:you can|please|puedes|for [^.,]{0,100}(?:,| [-–—])) )?(?:follow|subscribe(?= on)|(?:find|like|join|watch|subscribe to) (?:us|our|my)|listen to .{0,60}\bfollow|keep up with"
    r"|s[íi]guenos|sigue (?:a|toda|el canal|nuestro)|seguir a|suivez|retrouvez|rejoignez|abonnez-vous|folgen sie|folge uns|abonnieren sie|seguici"
    r"|siga|acompanhe|volg|følg|följ)\b[^,.;:!?]{0,80}?\b(?:facebook|whatsapp|instagram|youtube|telegram|bluesky|mastodon|linkedin|tiktok|x)\b.{0,200}",
    # the same furniture in other languages
    r"leer? (?:más|también)\b[^.]{0,120}|(?:también )?te puede interesar\b[^.]{0,120}|te recomendamos\b[^.]{0,120}|más (?:noticias|información)\b[^.]{0,60}",
    r"(?:à )?lire (?:aussi|également|la suite)\b[^.]{0,120}|(?:à )?voir (?:aussi|également)\b[^.]{0,120}|sur le même (?:sujet|thème)\W*",
    r"lesen sie (?:auch|mehr|hier|dazu|weiter)\b[^.]{0,120}|(?:mehr zum thema|mehr dazu|auch interessant|weiterlesen)\b[^.]{0,100}|das könnte sie [^.]{0,60}",
    r"leggi (?:anche|tutto|di più)\b[^.]{0,120}|(?:leia|veja|saiba|confira) (?:também|mais|ainda)\b[^.]{0,120}|lees (?:ook|meer|verder)\b[^.]{0,120}",
    r"l[eäæ]s (?:også|mere?|också|även)\b[^.]{0,120}|(?:czytaj|zobacz) (?:też|także|również|więcej)\b[^.]{0,120}",
    r"(?:inscr[ií][vb]|abonnez|abonnieren sie|suscr[ií]b|apúnta|regístr|iscriviti|abbonati|assine|cadastre|recevez|recib[ae]|ricevi|receba|melden sie|meld je"
    r"|schrijf je|prenumerera|newsletter)"
    r".{0,120}\b(?:newsletters?|nyhetsbrev|nieuwsbrief|boletín|infolettre|abonnement|abonnieren)\b.{0,80}",
    r"(?:anzeige|werbung|publicidade?|publicité|pubblicità|advertentie|annonse?|reklam[ae]?)\W*",
    r"(?:tod[oa]s (?:los derechos|os direitos)|tous (?:les )?droits|alle rechte|tutti i diritti)\b.{0,24}(?:res|rés|ris|vor).{0,80}",
    r"(?:fotos?|bild(?:er)?|imagen|imagem|immagine|quelle|fuente|fonte|crédits?|créditos?|grafik|vídeo)\s*[:/].{0,80}",
    r"(?:teilen|drucken|merken|compartir|partager|condividi|compartilh(?:ar|e)|delen|udostępnij|imprim(?:ir|er)|comment(?:er|aires|i)"
    r"|kommentieren|kommentare?r?|comentar(?:ios)?|comentários|reacties|komentarze)\W*\d{0,5}\W*",
    r"(?:noticias? relacionadas?|archivado en|dieses thema im programm|reporta un error\W*$|article réservé|(?:de )?tekst gaat verder|reageren\?|dalsza część|źródło:).{0,60}",
    r"(?:por favor|veuillez|bitte)\b.{0,40}\b(?:javascript|cookies)\b.{0,80}",
    r"\(?(?:mit (?:material|informationen) (?:der|von) |avec |con (?:información de )?|com informações (?:da |de )?)?"
    r"(?:dpa|afp|efe|ansa|lusa|reuters|apa|epd|kna|belga)(?:[/ ,-]\w{1,6}){0,3}\)?",
    r"(?:lesezeit|temps de lecture|tiempo de lectura|tempo d[ie] (?:lettura|leitura)|leestijd)\b.{0,20}",
)
# A line is matched with those that may begin with anything only when its beginning holds one of these.
_han_hint = re.compile(
    "转载|点赞|在看|阅读原文|关注|分享|转发|扫|二维码|长按|APP|客户端|点击|声明|提示|版权|未经|违者|侵权|点个|星标", re.I
)
HINTED = 64  # characters of it
_HAN_WIDE = (
    r".{0,20}(?:分享到|分享至|分享让更多人|转发到|扫码|扫一扫|扫描.{0,12}二维码|长按.{0,8}(?:识别|扫描|二维码)|微信扫|关注.{0,12}(?:公众号|微信|官微)"
    r"|打开APP|打开.{0,10}(?:APP|客户端)|下载.{0,10}(?:APP|客户端)"
    r"|点击(?:进入|查看|阅读|下方|上方|收起|展开|下载|关注|加载|此处|收听|图片|名片).{0,12}).{0,40}",
    r".{0,10}[点戳]击?.{0,8}阅读原文.{0,40}|.{0,8}关注我们(?:[\W\d].{0,20})?|.{0,4}点个(?:在看|赞).{0,16}|.{0,8}星标.{0,16}",
    r".{0,12}(?:免责声明|特别声明|版权声明|郑重声明|平台声明|风险提示|温馨提示|版权所有|未经(?:本网|本报|授权|许可|书面|允许)|不得转载|违者必究"
    r"|严禁转载|侵权必究|转载请(?:注明|联系|标明)|版权归.{0,8}所有|[如涉]有?侵权).{0,300}",
    r".{0,40}未经.{0,12}(?:授权|许可|允许).{0,6}(?:不得|禁止|严禁|请勿).{0,60}",
    r".{0,20}(?:点赞|在看|转发|三连)[、，,和]?.{0,6}(?:点赞|在看|转发|分享|收藏).{0,10}",
)
# Those that may begin with anything are tried everywhere in a line; a line is matched only when it holds one of _WIDE_HINTS.
_WIDE_HINTS = (
    "reach",
    "contact ",
    "brought to you",
    "donate ",
    "block",
    " now",
    "rates",
    "deal",
    "price",
    "readers ",
    "back to video",
    "only provide",
    "first published",
    " avec ",
)
_WIDE = (
    r"(?:.{0,60}\b)?(?:turn off|disable|switch off|pause|whitelist).{0,40}\bad[- ]?block.{0,160}",
    r".{0,120}\bback to video|.{0,40}\bbrought to you by\b.{0,200}|(?:.{0,160}\b)?donate (?:today|now|here)\b.{0,60}",
    r"you can (?:also )?(?:reach|contact) (?:\w+ ){1,2}(?:at|on|via|by)\b.{0,80}",
    r"(?:.{0,120}\b)?(?:reach|contact) (?:her|him|them|me|the (?:author|reporter|writer)s?)(?: \w+)? (?:at|on|via|by)\b.{0,80}",
    r".{0,90}(?:buy now|shop now|check rates|view deal|see (?:the )?price|check price)\W*|.{0,60}\breaders (?:get|save|enjoy)\b.{0,60}",
    r".{0,200}\bonly provides? (?:the )?(?:information )?(?:storage|publishing|hosting|posting)\b.{0,80}",
    r".{0,30} avec (?:afp|reuters)|[\w ()]{0,40} first published\b[^.]{0,30}\b(?:19|20)\d\d\W{1,3}\d{1,2}:\d\d.{0,12}",
)
# Words that make a short English line furniture wherever they stand in it. A line is searched only when it holds one of _HINTS.
_HINTS = tuple(
    "©|rights reserved|cookie|privacy policy|terms of |save this article|up for our|bookmark our|to our|this story?|enjoyed this|affiliate"
    "|commission|contribut|(image|(photo|(picture|(pic|(credit|permalink|trackback|pings |leave a response|letters to the editor|story ideas|keep them coming".split(
        "|"
    )
)
_inside = re.compile(
    r"^(?!.{200}).*©|all rights reserved|uses? cookies|cookie policy|privacy policy|terms of (?:use|service)|save this article by|sign up for our|bookmark our"
    r"|subscribe to our|like this story\?|enjoyed this article|affiliate.{0,60}(?:links?|commission)|links?\b.{0,60}\bcommissions?\b"
    r"|(?:reporter|writer|journalist|correspondent)s?\b.{0,60}\bcontributed from\b"
    r"|contribut(?:ed|ing)\b.{0,30}(?:to this|report\w*|stor(?:y|ies)|article)\b.{0,40}$"
    r"|\((?:image|photo|picture|pic|credit)s?(?: credit| by)?\s*[:/]?\s.{0,60}\)$"
    r"|permalink\b|trackback\b|pings (?:is|are)\b|leave a response|letters to the editor\b.{0,40}\b(?:hear what you|write to)|your story ideas|keep them coming:"
)
_line = re.compile("(?:" + "|".join(_LINE) + ")$", re.I)
_english = re.compile("(?:" + "|".join(_LATIN) + ")$")
_worded = re.compile(r"\w")
_label = re.compile(r"\W*(?:info|note|tip|hint|important|caution|warning|danger|attention)\W*", re.I)
_source = re.compile(r"SOURCE [A-ZÀ-Ý][\w.&'’-]*(?: |$)(?=.{0,80}$)")
_typed = re.compile(
    r"(?:contacts?|to|cc|from|sender|subject|reply-to|message-id|in-reply-to|references)\s*:|date\s*:\s*\w{3}, \d", re.I
)
_lower_by = re.compile(r"By [a-z][a-z ]*(?:,|$)")
_han_wide = re.compile("(?:" + "|".join(_HAN_WIDE) + ")$", re.I)
_wide = re.compile("(?:" + "|".join(_WIDE) + ")$")
_tail = re.compile(
    r"\s*[\(（\[【]\s*(?:本文)?(?:责任?编辑|责编|编辑|实习编辑|见习编辑|作者|原标题|来源|文章来源|本文来源|新闻来源|校对|审核)"
    r"\s*[:：丨|/].{0,50}[\)）\]】]\s*[_\w]{0,12}$|\s*责任编辑\s*[:：].{0,30}$|返回[^，。]{2,8}[，,]\s*查看更多$"
)
_lead = re.compile(r"^(?:[\(（【\[]?原标题\s*[:：].{0,80}?[\)）】\]]\s*)")
# An advertisement calls upon its reader, and names several of its offers; an article about an app does the second alone.
MOST_PROMO = 220
_calls = re.compile(
    r"快来|快去|速来|赶快|赶紧|戳(?:这里|我|链接|下方)|不容错过|等你来|立即(?:下载|报名|购买|领取|抢购|加入)|马上(?:下载|报名|领取)|点此"
)
_offers = re.compile(
    r"免费试|试玩|试用|福利|优惠|礼包|礼品|领取|下载|客户端|众测|抢购|限时|报名|扫码|二维码|关注|会员|红包|专享|达人|加群|社群|好物"
)
_end = re.compile(
    r"(?:相关(?:阅读|新闻|文章|推荐|报道|链接)|延伸阅读|推荐阅读|猜你喜欢|热门(?:评论|推荐|文章)|网友评论|最新评论|特别声明|免责声明|版权声明|返回搜狐"
    r"|(?:tags?|topics|comments?|related(?: (?:articles?|stories|posts|topics))?|about the authors?|leave a (?:comment|reply)|you may also like"
    r"|recommended(?: for you)?|read next|more stories|share this(?: \w+)?"
    r"|(?:for (?:all )?)?(?:media|press|news|investors?|public)(?: relations)? (?:contacts?|enquir(?:y|ies)|inquir(?:y|ies))|contacts?|notes (?:to|for) editors"
    r"|(?:for )?(?:more|further|additional)(?: media)? (?:information|details),? (?:please )?contact)\s*:?$)",
    re.I,
)
_last = re.compile(r"[-–—] ?(?:ends?|30) ?[-–—]|# ?# ?#", re.I)
# The headings of boxes: other articles, a request for consent, what a subscription costs, who wrote it.
_box = re.compile(
    r"(?:(?:related|recommended|popular|trending|latest|top|most (?:read|popular|viewed|shared)|more|other|in other|also)"
    r"(?: (?:now|today|this week|news|stor(?:y|ies)|articles?|posts?|coverage|reads?|reading|topics?|content|videos?|for you|in [a-z]+))*"
    r"|more (?:from|on|about|in)\b.{0,40}|editors?['’]? ?s? picks?|you (?:may|might) (?:also )?like|read (?:more|next)|up next|around the web"
    r"|people are also reading|sponsored(?: content| stories)?|in partnership with .{0,40}|(?:about|meet) the authors?"
    r"|(?:get|join|sign up for) .{0,30}(?:newsletter|briefing|digest)|support (?:our|independent|local|quality) .{0,20}"
    r"|(?:we (?:value|respect|care about) )?your privacy(?: choices)?|privacy preference cent(?:er|re)|(?:this (?:web)?site|we) uses? cookies.{0,60}"
    r"|(?:manage |your )?(?:cookie|privacy|consent) (?:settings|preferences|choices|notice|consent)"
    r"|(?:subscribe|sign (?:up|in)|log ?in|register|become a)\b.{0,30}\bto (?:continue|keep|unlock|read|access)\b.{0,40}|already a (?:subscriber|member).{0,30}"
    r"|(?:continue|keep) reading\b.{0,20}\b(?:with|for)\b.{0,30}|unlock (?:unlimited|full|all|this|the) (?:access|article|story|content|post).{0,20}"
    r"|this (?:article|story|post|content) is (?:only )?(?:for|available to|reserved for) .{0,24}(?:subscribers|members)(?: only)?"
    r"|(?:我们)?(?:重视|尊重)您的隐私|隐私(?:设置|偏好)|.{0,16}(?:订阅|开通|成为|购买|登录|付费|加入).{0,14}(?:(?:阅读|查看|解锁|畅读)(?:全文|全部|更多|剩余|完整)|继续阅读).{0,6}"
    r"|(?:本文|此文|以下)(?:为|是)?.{0,6}(?:付费|会员)(?:内容|专享|可读|文章).{0,16}"
    r"|(?:相关|延伸|推荐|拓展|为[您你]|热点|编辑|今日|热门|更多|精彩|往期|最新|\d+小时)(?:阅读|推荐|新闻|文章|链接|专题|报道|资讯|视频|内容|回顾|电报|快讯|热文|热榜|产品|稿件|信息)"
    r"|猜[您你](?:喜欢|想看)|大家都在看|(?:作者|嘉宾|专家|受访者|讲者)简介|关于作者)\W*",
    re.I,
)
_COMMENTS_ABROAD = frozenset(("comentarios", "commentaires", "kommentare", "comentários", "commenti", "reacties", "kommentarer"))
# What stands over boxes, and behind a text, in other languages of Latin script.
_BOXES_ABROAD = _COMMENTS_ABROAD | frozenset(
    "pressekontakt|kontakt|contact presse|contacts presse|contacto de prensa|contactos de prensa|contatti|contatti stampa|etiquetas|schlagwörter|mots-clés"
    "|artículos relacionados|noticias relacionadas|notícias relacionadas|te puede interesar|más noticias|más información|lo más leído|lo más visto"
    "|articles liés|articles similaires|sur le même sujet|sur le même thème|à lire aussi|lire aussi|voir aussi|les plus lus|mehr zum thema|meistgelesen"
    "|das könnte sie auch interessieren|weitere artikel|weitere themen|weitere nachrichten|leggi anche|articoli correlati|i più letti|leia também"
    "|leia mais|veja também|mais lidas|lees ook|meest gelezen|les også|läs också|læs også|czytaj także|zobacz także|najczęściej czytane".split(
        "|"
    )
)
_comments = re.compile(
    r"\W*(?:(?:网友|最新|热门|全部|精彩|用户)?(?:评论|跟贴|留言)(?:区|列表)?|网友(?:互动|热议|提问)|(?:网友)?热评|互动(?:区|讨论)|聊天室|发表评论|我来说两句|(?:\d+\s*)?(?:comments?|responses|replies)"
    r"|leave a (?:comment|reply)|join the (?:conversation|discussion))\W*\d{0,6}\W*(?:条|个)?\W*",
    re.I,
)
_bio = re.compile(
    r"(?:[A-ZÀ-Ý][\w.'’-]+ ){2,4}(?:(?:is|was|works as) (?:an? |the )?(?:[\w’'-]+ ){0,6}"
    r"(?:reporter|writer|correspondent|columnist|journalist|contributor|editor|fellow|author|producer)\b|(?:covers|writes about|reports on|writes for) )"
)
_bar = re.compile(
    r"(?!.{0,20}[〔\[（(]?(?:19|20)\d\d[〕\])）年].{0,6}号\W*$).{0,80}(?:\b(?:19|20)\d\d\b|\d\d?[:：]\d\d).{0,80}$|.{0,24}[:：]\s*\d+\s*\w{1,10}$"
    r"|\W*\d[\d.,]*\s?[KkMm]?$"
)
_post = re.compile(r"(?:[\w&'’-]+ ){0,4}(?:editor|correspondent|reporter|writer|columnist|contributor)", re.I)
_clock = re.compile(
    r"\d{1,2}[:：]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s*[a-z]{2,4}\b)?\W*(?:\d+\s?[a-z]+\s?ago|\d{1,2}:\d{2}|by\s.{3,40})?",
    re.I,
)
_clock_at_end = re.compile(r"^\d{1,2}[:：]\d{2}(?:[:：]\d{2})?\s*|\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?$")
_date_bar = re.compile(
    r"[^。.!?！？]{0,40}(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s*\d{1,2}[:：]\d{2}[^。!?！？]{0,60}$"
    r"|[^.!?。]{0,60}\b(?:19|20)\d\d\b[^.!?。]{0,20}\b\d{1,2}[:h]\d{2}\b[^.!?。]{0,20}$"
    r"|\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d\b[^.!?。]{0,120}$|[^.!?。]{0,30}\b(?:19|20)\d\d,? by [A-Z][^!?。]{2,40}$"
)


def is_noise(text: str) -> bool:
    """True when the whole line is furniture: credits, sources, sharing, related titles, disclaimers, comment boxes, advertisements."""
    if len(text) > 400:
        return False
    if is_ornament(text):
        return True
    if has_han(text):
        plain = simplified(text)
        if _line.match(plain) or (_han_hint.search(plain, 0, HINTED) and _han_wide.match(plain)):
            return True
        return len(text) < MOST_PROMO and _calls.search(plain) is not None and len(set(_offers.findall(plain))) > 2
    low = text.lower()
    if _english.match(low):
        return _lower_by.match(text) is None  # By design, as a heading has it
    if any(hint in low for hint in _WIDE_HINTS) and _wide.match(low):
        return True
    return _source.match(text) is not None or (any(hint in low for hint in _HINTS) and _inside.search(low) is not None)


def is_ornament(text: str) -> bool:
    """True for a line without words: stars, an emoji."""
    return _worded.search(text) is None


def ends(text: str) -> bool:
    """True when nothing after this line is the article's."""
    return len(text) < 60 and (_end.match(text if text.isascii() else simplified(text)) is not None or _is_box_abroad(text))


def is_last(text: str) -> bool:
    """True for the mark behind a release, below which stands whom to ask: -ends-, ###."""
    return _last.fullmatch(text) is not None


def opens_box(text: str) -> bool:
    """True for the heading of what is no part of an article: related ones, a request for consent, what a subscription costs."""
    plain = text if text.isascii() else simplified(text)
    return _box.fullmatch(plain) is not None or _end.match(plain) is not None or _is_box_abroad(text)


def _is_box_abroad(text: str) -> bool:
    return text.rstrip(" :»>").lower() in _BOXES_ABROAD


def opens_comments(text: str) -> bool:
    """True for the heading over what readers wrote."""
    return _comments.fullmatch(text) is not None or text.lower() in _COMMENTS_ABROAD


def is_bio(text: str) -> bool:
    """True for a line that says who its author is, as stands below a text."""
    return len(text) < 400 and _bio.match(text) is not None


def is_bar(text: str) -> bool:
    """True for a line with a date or a count, as stands between headline and text."""
    return _bar.match(text) is not None


def timeless(text: str) -> str:
    """The line without the clock it begins or ends with."""
    return _clock_at_end.sub("", text) if text[:1].isdigit() or text[-1:].isdigit() else text


def is_label(text: str) -> bool:
    """True for what is set over a box among the text, and says only what kind of box it is: info, Note."""
    return _label.fullmatch(text) is not None


def is_head(text: str) -> bool:
    """True for a line that stands over a text: what the author is, Subject and Message-ID of a mail."""
    return _typed.match(text) is not None or _post.fullmatch(text) is not None


def is_clock(text: str) -> bool:
    """True for the time of a post, alone or with who wrote it: 17:42 BST, 2m ago."""
    return _clock.fullmatch(text) is not None


def is_date_bar(text: str) -> bool:
    """True for a line that, for all its punctuation, only says when and by whom: 2026-11-23 09:00 来源：江湾日报."""
    return _date_bar.match(text) is not None


def trimmed(text: str) -> str:
    """The line without an editor's credit at its end or the original title at its front."""
    if text[-1:] in "）)】]" or "编辑" in text[-40:] or text[-4:] == "查看更多":
        text = _tail.sub("", text).rstrip()
    return _lead.sub("", text).lstrip() if "原标题" in text[:12] else text
