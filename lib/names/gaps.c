/*
 * gaps: how many versions were left out is one line.
 */
#include "lib/names/gaps.h"

#include <string.h>

#include "base/array.h"
#include "base/progress.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/revision.h"

#define ID_DIGITS 40u

/* The message of a version begins with the id by which a walk found it. */
static void shorten_id(vv_error *err, vv_repository *r)
{
	vv_auto(char) *short_id = NULL;
	vv_oid id;

	if (strspn(err->message, "0123456789abcdef") != ID_DIGITS ||
	    err->message[ID_DIGITS] != ':' || !vv_oid_parse(&id, err->message, ID_DIGITS) ||
	    vv_rev_short(r, &id, &short_id, VV_IGNORED) < 0 || strlen(short_id) > ID_DIGITS) {
		return;
	}
	const size_t len = strlen(short_id);
	memmove(err->message + len, err->message + ID_DIGITS, strlen(err->message + ID_DIGITS) + 1);
	memcpy(err->message, short_id, len);
}

void vv_gaps_clear(vv_gaps *g)
{
	vv_oids_clear(&g->seen);
	memset(g, 0, sizeof(*g));
}

bool vv_gaps_take(vv_gaps *g, vv_repository *r, const vv_oid *blob, vv_status rc,
		  const vv_error *err)
{
	if (rc != VV_EMISSING || err->gap == VV_GAP_NONE) return false;
	if (vv_array_find(g->seen.items, g->seen.count, it, vv_oid_equal(it, blob))) return true;
	(void)vv_oids_add(&g->seen, blob, VV_IGNORED); /* else it may be counted twice */
	const bool expired = err->gap == VV_GAP_EXPIRED;
	uint64_t *count = expired ? &g->expired : &g->others;

	if ((*count)++ == 0) {
		vv_error *first = expired ? &g->first_expired : &g->first_other;
		*first = *err;
		shorten_id(first, r);
	}
	return true;
}

vv_status vv_gaps_end(const vv_gaps *g, const vv_notes *notes, const char *effect, vv_error *err)
{
	if (g->expired > 1) {
		vv_notes_put(notes, "%s, and those of %s more: %s", g->first_expired.message,
			     vv_text_counted(g->expired - 1, "version", NULL), effect);
	} else if (g->expired == 1) {
		vv_notes_put(notes, "%s: %s", g->first_expired.message, effect);
	}
	if (g->others == 0) return VV_OK;
	(void)vv_error_copy(err, &g->first_other);
	if (g->others > 1) {
		vv_prefix(err, "%s are missing here, the first",
			  vv_text_counted(g->others, "version", NULL));
	}
	return VV_EMISSING;
}
