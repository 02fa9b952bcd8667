/*
 * fnmatch: one '*' is tried again at a time, so that no pattern takes long.
 */
#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>

/* Does c match the brackets at p ("[a-z]")? Sets *end behind them; NULL: they are not closed. */
static bool in_brackets(const char **end, const char *p, char c)
{
	const bool inverts = p[1] == '!' || p[1] == '^';
	const char *first = p + 1 + inverts, *q = first;
	bool hit = false;

	while (*q && (*q != ']' || q == first)) {
		const char low = *q;
		const bool range = q[1] == '-' && q[2] && q[2] != ']';
		const char high = range ? q[2] : low;

		hit = hit || (c >= low && c <= high);
		q += range ? 3 : 1;
	}
	*end = *q ? q + 1 : NULL;
	return hit != inverts;
}

/* Matches one character; *next is the rest of the pattern. */
static bool matches_one(const char **next, const char *p, char c)
{
	const char *end;

	if (*p == '?') {
		*next = p + 1;
		return true;
	}
	if (*p == '[') {
		const bool hit = in_brackets(&end, p, c);

		if (end) {
			*next = end;
			return hit;
		}
	}
	if (*p == '\\' && p[1]) {
		p++;
	}
	*next = p + 1;
	return *p == c;
}

int fnmatch(const char *pattern, const char *text, int flags)
{
	const char *star = NULL, *again = NULL, *next = NULL;

	(void)flags;
	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			again = text;
		} else if (*pattern && matches_one(&next, pattern, *text)) {
			pattern = next;
			text++;
		} else if (star) {
			pattern = star;
			text = ++again;
		} else {
			return FNM_NOMATCH;
		}
	}
	while (*pattern == '*') {
		pattern++;
	}
	return *pattern ? FNM_NOMATCH : 0;
}
