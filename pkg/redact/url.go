package redact

import "strings"

var ruleProfile = &rule{prio: prioShape, Rule: Rule{
	ID: "profile-url", Version: 1, Type: TypeURL,
	Description: "address of a person's page on a site of profiles",
	Source:      "URL forms of the sites",
}}

var ruleSite = &rule{prio: prioContext, Rule: Rule{
	ID: "personal-site", Version: 1, Type: TypeURL,
	Description: "URL after a word for somebody's own site",
	Source:      "RFC 3986; names of the field in the vocabulary",
}}

// maxSite bounds the URL of a site.
const maxSite = 256

// site judges the URL whose "://" stands at i: it counts if its label says that it is somebody's own.
func (sc *scanner) site(i int) {
	s := sc.s
	start := i
	for start > 0 && i-start < 8 && isLetter(s[start-1]) {
		start--
	}
	if !equalFold(s[start:i], "http") && !equalFold(s[start:i], "https") {
		return
	}
	var n nearby
	sc.around(start, i, &n)
	if n.near&topSite == 0 {
		return
	}
	end := i + 3
	for end < len(s) && end-i < maxSite && patternSets['p'][s[end]] {
		end++
	}
	end = trimToken(s, i, end)
	sc.add(start, end, ruleSite, 0.6, Evidence{Context: n.nameOf(topSite)})
}

// profileSites are sites with pages of persons: what stands before the person's name in the path, and whether the path
// may go on after it.
var profileSites = []struct {
	site string // host, and path up to the name
	deep bool
}{
	{"linkedin.com/in/", true},
	{"linkedin.com/pub/", true},
	{"github.com/", false},
	{"gitlab.com/", false},
	{"bitbucket.org/", false},
	{"facebook.com/", false},
	{"fb.com/", false},
	{"instagram.com/", false},
	{"twitter.com/", false},
	{"x.com/", false},
	{"tiktok.com/@", true},
	{"youtube.com/@", true},
	{"youtube.com/user/", true},
	{"youtube.com/c/", true},
	{"medium.com/@", true},
	{"t.me/", false},
	{"reddit.com/user/", true},
	{"reddit.com/u/", true},
	{"stackoverflow.com/users/", true},
	{"xing.com/profile/", true},
	{"pinterest.com/", false},
	{"twitch.tv/", false},
	{"behance.net/", false},
	{"dribbble.com/", false},
	{"about.me/", false},
	{"linktr.ee/", false},
	{"keybase.io/", false},
	{"vk.com/", false},
	{"weibo.com/u/", true},
	{"threads.net/@", true},
	{"bsky.app/profile/", true},
	{"mastodon.social/@", true},
	{"researchgate.net/profile/", true},
	{"orcid.org/", false},
	{"flickr.com/people/", true},
	{"soundcloud.com/", false},
	{"kaggle.com/", false},
	{"huggingface.co/", false},
	{"snapchat.com/add/", true},
	{"wa.me/", false},
	{"quora.com/profile/", true},
	{"strava.com/athletes/", true},
	{"patreon.com/", false},
	{"leetcode.com/u/", true},
	{"dev.to/", false},
	{"codepen.io/", false},
	{"replit.com/@", true},
	{"fosstodon.org/@", true},
	{"onlyfans.com/", false},
}

// notPeople are first path segments on such sites that are no person's.
var notPeople = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`about help login signup join explore features pricing search settings topics trending watch home share sharer
		privacy terms legal policies policy docs blog jobs careers marketplace sponsors orgs apps pulls issues notifications new company school
		groups events pages hashtag intent i status tags p reel reels stories tv accounts developer developers security enterprise feed learning
		datasets models spaces api contact site business ads press download downloads`) {
		m[w] = true
	}
	return m
}()

func profileWords() []keyword {
	out := make([]keyword, len(profileSites))
	for i, p := range profileSites {
		out[i] = keyword{word: p.site, act: actProfile, arg: uint16(i), flags: kwLoose}
	}
	return out
}

// profile judges the path after a site.
func (sc *scanner) profile(h hit) {
	s := sc.s
	k := &sc.voc.words[h.word]
	if c := at(s, int(h.start)-1); isAlnum(c) || c == '-' || c == '@' {
		return
	}
	start := int(h.start)
	for start > 0 && int(h.start)-start < 16 && (isAlnum(s[start-1]) || s[start-1] == '.' || s[start-1] == '/' || s[start-1] == ':') {
		start--
	}
	if i := strings.Index(s[start:h.start], "http"); i >= 0 {
		start += i
	}
	end := int(h.end)
	for end < len(s) && end-int(h.end) < 100 && (isWordByte(s[end]) || s[end] == '-' || s[end] == '.' || s[end] >= 0x80 && domainRune(s, end)) {
		end++
	}
	end = trimToken(s, int(h.end), end)
	name := s[h.end:end]
	if len(name) < 2 || notPeople[strings.ToLower(name)] || placeholder(name) {
		return
	}
	if at(s, end) == '/' && isWordByte(at(s, end+1)) {
		if !profileSites[k.arg].deep {
			return
		}
	}
	if at(s, end) == '/' {
		end++
	}
	sc.add(start, end, ruleProfile, 0.85, Evidence{Structure: "profile"})
}
