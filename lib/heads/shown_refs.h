/*
 * shown_refs: the refs of a place, without those that its signed heads (head.h) do not allow.
 *
 * Any copy can show further refs, and any of its branches as HEAD. Only the newest head decides
 * which branch is the default, and refs that no head lists are unsigned.
 *
 * A correct caller has judged the heads. It calls vv_shown_refs_make, uses the member `hello`
 * instead of the place's hello, and calls vv_shown_refs_clear, also on failure.
 */
#ifndef VV_LIB_HEADS_SHOWN_REFS_H
#define VV_LIB_HEADS_SHOWN_REFS_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/heads/judge.h"
#include "transport/protocol/message.h"

/* Which refs are left out. */
typedef enum vv_unsigned_use {
	VV_UNSIGNED_KEPT,    /* none */
	VV_UNSIGNED_TAGS,    /* unsigned tags */
	VV_UNSIGNED_DROPPED, /* all unsigned refs, and refs that are neither branches nor tags */
	/* likewise; in addition, the default branch is added if the place does not show it, since
	 * the place may have its commits */
	VV_UNSIGNED_REPLACED
} vv_unsigned_use;

/* One value = the refs of one place. */
typedef struct vv_shown_refs {
	vv_hello hello;  /* lists borrowed from this struct, texts also from the place's hello */
	vv_buf left_out; /* names of the branches and tags that were left out, a line each */
	/* id of the added default branch, as a text, since the place has no such name; NULL: none was
	 * added */
	const char *added;
	vv_remote_ref *refs, *others; /* private, like the following members */
	vv_buf branch;
	char hex[VV_OID_TEXT + 1];
} vv_shown_refs;

/* Sets *out to the refs of `shown`, the hello of a place with the judged heads j, which has_newest.
 * `shown` must outlive *out. The head of out->hello is the default branch of the newest head, and
 * its detached HEAD is null. */
vv_status vv_shown_refs_make(vv_shown_refs *out, const vv_hello *shown, const vv_judged *j,
			     vv_repository *r, vv_unsigned_use use, vv_error *err);
/* Returns true if the branch or tag `word`, such as "refs/heads/x" or "x", was left out. */
bool vv_shown_refs_lacks(const vv_buf *left_out, const char *word);
/* Appends to out the first names of a list such as left_out, and the number of the others: "a, b
 * and 3 more". */
void vv_shown_refs_put(vv_buf *out, const vv_buf *list);
void vv_shown_refs_clear(vv_shown_refs *s);
VV_AUTO_CLEAR(vv_shown_refs, vv_shown_refs_clear)

#endif
