/*
 * day: which words are days; walks back to one.
 */
#include "repo/git/history/day.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/date.h"
#include "repo/git/walker.h"

static bool is_gits(const char *text, size_t len)
{
	static const char *const words[] = {"u", "upstream", "push"};
	const size_t sign = *text == '-';

	return vv_array_find(words, sizeof(words) / sizeof(words[0]), it,
			     vv_ascii_is(text, len, *it)) ||
	       strspn(text + sign, "0123456789") + sign == len;
}

/* Bytes of a date that is alone; a number of git's or the name of an object has only digits. */
static size_t bare_len(const char *rev)
{
	vv_date d;
	const size_t len = vv_date_read(&d, rev, VV_DATE_EITHER);

	return strspn(rev, "0123456789") < len && !d.either ? len : 0;
}

bool vv_day_word_read(vv_day_word *out, const char *rev)
{
	const char *at = strstr(rev, "@{"), *end = at ? strchr(at, '}') : NULL;
	const size_t bare = bare_len(rev);

	*out = (vv_day_word){.text = rev, .len = bare, .rest = rev + bare, .bare = true};
	if (bare == 0) {
		if (!end || is_gits(at + 2, (size_t)(end - at) - 2)) return false;
		*out = (vv_day_word){.ref_len = (size_t)(at - rev),
				     .text = at + 2,
				     .len = (size_t)(end - at) - 2,
				     .rest = end + 1};
		/* a search for such a text (:/, ^{/) is something else */
		if (strcspn(rev, ":^~{") < out->ref_len) return false;
	}
	return strchr("~^", out->rest[0]) != NULL; /* or the end */
}

/* "2026-11-17" of a second. */
static void put_day(char out[16], int64_t sec)
{
	const time_t t = (time_t)sec;
	struct tm parts;

	if (!localtime_r(&t, &parts) || strftime(out, 16, "%Y-%m-%d", &parts) == 0) {
		memcpy(out, "1970-01-01", 11);
	}
}

static vv_status is_to_come(const vv_day_word *w, const vv_node *tip, vv_error *err)
{
	char day[16];

	put_day(day, tip->time);
	return vv_fail(err, VV_ENOTFOUND,
		       "'%.*s' is in the future\n"
		       "the newest version is from %s",
		       (int)w->len, w->text, day);
}

static vv_status is_before_all(const vv_day_word *w, const vv_node *first, vv_error *err)
{
	char day[16];

	put_day(day, first->time);
	(void)vv_fail(err, VV_ENOTFOUND, "no version is from '%.*s' or earlier", (int)w->len,
		      w->text);
	return first->cut_off ? vv_hint(err,
					"this shallow clone begins on %s: 'git fetch --unshallow' "
					"gets the older commits",
					day)
			      : vv_hint(err, "the first version is from %s", day);
}

vv_status vv_day_commit(vv_repository *r, const vv_oid *tip, const vv_day_word *w, vv_oid *out,
			vv_error *err)
{
	vv_auto(char) *text = vv_strndup(w->text, w->len);
	vv_date d;
	vv_walker *walker;
	vv_node *n;
	vv_status rc;

	if (!text) return vv_fail_nomem(err);
	if ((rc = vv_date_span(&d, text, err)) < 0 || (rc = vv_walker_get(r, &walker, err)) < 0) {
		return rc;
	}
	if (!(n = vv_walker_node(walker, vv_to_git(tip)))) return vv_fail_nomem(err);
	if ((rc = vv_node_parse(walker, n, err)) < 0) return rc;
	const int64_t now = vv_now_sec();
	if (d.begin > now && d.begin > n->time) return is_to_come(w, n, err);
	while (n->time >= d.end) {
		if (n->parent_count == 0) return is_before_all(w, n, err);
		n = n->parents[0];
		if ((rc = vv_node_parse(walker, n, err)) < 0) return rc;
	}
	*out = *vv_from_git(&n->id);
	return VV_OK;
}
