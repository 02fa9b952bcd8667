/*
 * judge: the walk over records, and the rules.
 *
 * The walk starts at the heads and ends at trusted records. A record is judged after its parents, so none is trusted
 * before its predecessors.
 */
#include "lib/heads/judge.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hint.h"
#include "base/show.h"
#include "base/sys.h"
#include "lib/heads/outside_time.h"
#include "repo/git/history/head_record.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"

#define RECORDS_MAX 1000000u /* on one walk */

/* The stored facts of a judged record. */
typedef struct node {
	vv_oid id;
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t number;
	int64_t time;
	size_t owner; /* the node of the newest record of the owner at or below it; SIZE_MAX: none */
	bool judged;  /* or on the way */
	bool late;    /* a shown head that may have been signed after its key's permission ended */
	vv_head_keys signers, revoked; /* of the owner's own records */
} node;

typedef struct judging {
	vv_repository *r;
	const vv_trust *t;
	vv_judged *out;
	const char *from;
	const uint8_t *own; /* the key that signs here; NULL: none */
	const vv_notes *notes;
	uint8_t owner[VV_KEY_PUBLIC];
	char name[VV_HEAD_NAME_MAX + 1];
	vv_authorities *authorities; /* that the user named; NULL: none */
	node **nodes;
	size_t count, cap;
} judging;

static void judging_clear(judging *g)
{
	vv_array_clear(g->nodes, g->count, it, vv_free(*it));
	vv_authorities_free(g->authorities);
}
VV_AUTO_CLEAR(judging, judging_clear)

void vv_judged_clear(vv_judged *j)
{
	vv_head_commit_clear(&j->newest);
}

/* --- words ---------------------------------------------------------------------------------------- */

static void put_age(vv_buf *out, int64_t age)
{
	const int64_t minutes = age / 60, hours = minutes / 60, days = hours / 24;

	if (age < 0) {
		vv_buf_puts(out, "in the future");
	} else if (days > 1) {
		vv_buf_printf(out, "%lld days ago", (long long)days);
	} else if (hours > 1) {
		vv_buf_printf(out, "%lld hours ago", (long long)hours);
	} else if (minutes > 1) {
		vv_buf_printf(out, "%lld minutes ago", (long long)minutes);
	} else {
		vv_buf_puts(out, "just now");
	}
}

void vv_head_put_line(vv_buf *out, const uint8_t key[VV_KEY_PUBLIC], uint64_t number, int64_t when,
		      int64_t now)
{
	vv_buf_printf(out, "%s (%s), number %llu, ", vv_did_key_shows(key), vv_did_words(key),
		      (unsigned long long)number);
	if (now > 0) {
		put_age(out, now - when);
	} else {
		vv_buf_puts(out, vv_text_utc(when));
	}
}

/* The ref that points to the commit, or else the first one from which it is reachable; else *out stays. */
static vv_status find_ref(vv_oid *out, const vv_head_commit *head, vv_repository *r,
			  const vv_oid *commit, vv_error *err)
{
	const char *at = vv_buf_cstr(&head->refs);
	vv_head_ref ref;
	bool exact = false;

	while (!exact && vv_head_refs_next(&ref, &at)) {
		bool reaches = false;
		vv_oid tip;
		vv_status rc = vv_rev_commit(r, vv_oid_shows(&ref.id), &tip, err);
		exact = rc == VV_OK && vv_oid_equal(&tip, commit);
		if (rc == VV_OK && !exact && vv_oid_is_null(out)) {
			rc = vv_is_ancestor(r, commit, &tip, &reaches, err);
		}
		/* one that is missing or damaged here, or a tag of a file */
		if (rc < 0 && rc != VV_ENOTFOUND && rc != VV_EMISSING && rc != VV_EUSAGE &&
		    rc != VV_ECORRUPT) {
			return rc;
		}
		if (exact || reaches) {
			*out = ref.id;
		}
	}
	return VV_OK;
}

vv_status vv_head_of_commit(vv_head_commit *out, vv_oid *ref, vv_repository *r,
			    const vv_oid *commit, vv_error *err)
{
	vv_trust trust;
	vv_status rc = vv_trust_read(&trust, r, err);
	const vv_trusted_head *newest = rc == VV_OK ? vv_trust_newest(&trust) : NULL;

	memset(ref, 0, sizeof(*ref));
	if (!newest) return rc;
	rc = vv_head_commit_read(out, r, &newest->commit, err);
	return rc < 0 ? vv_missing_ok(rc, err) : find_ref(ref, out, r, commit, err);
}

vv_status vv_head_put_of_commit(vv_buf *out, vv_repository *r, const vv_oid *commit, int64_t now,
				vv_error *err)
{
	vv_auto(vv_head_commit) head = {.parent_count = 0};
	vv_oid ref, tip;
	vv_status rc = vv_head_of_commit(&head, &ref, r, commit, err);

	if (rc < 0 || vv_oid_is_null(&ref) ||
	    (rc = vv_rev_commit(r, vv_oid_shows(&ref), &tip, err)) < 0) {
		return rc;
	}
	vv_head_put_line(out, head.record.key, head.record.number, head.record.time, now);
	if (!vv_oid_equal(&tip, commit)) {
		vv_buf_puts(out, ", as an older version");
	}
	return vv_buf_ok(out, err);
}

bool vv_heads_trusted(vv_repository *r)
{
	vv_trust trust;

	return vv_trust_read(&trust, r, VV_IGNORED) == VV_OK && trust.count > 0;
}

static vv_status use_another(vv_error *err)
{
	return vv_hint(err, "use another copy of the repository, or ask its owner");
}

static vv_status refuse_head(const judging *g, vv_status code, const char *what, const vv_oid *id,
			     vv_error *err)
{
	vv_fail(err, code, "'%s' has a signed head (%.10s) that cannot be trusted: %s",
		vv_text_url(g->from), vv_oid_shows(id), what);
	return use_another(err);
}

/* --- one record ----------------------------------------------------------------------------------- */

static size_t find_node(const judging *g, const vv_oid *id)
{
	for (size_t i = g->count; i-- > 0;) {
		if (vv_oid_equal(&g->nodes[i]->id, id)) return i;
	}
	return SIZE_MAX;
}

/* Between two records of the owner the one with the larger number; they are of one chain. */
static size_t newer_record(const judging *g, size_t a, size_t b)
{
	if (a == SIZE_MAX || b == SIZE_MAX) return a == SIZE_MAX ? b : a;
	return g->nodes[a]->number >= g->nodes[b]->number ? a : b;
}

static bool is_revoked(const node *owner, const uint8_t key[VV_KEY_PUBLIC], uint64_t number)
{
	const vv_head_key *k = vv_head_keys_find(&owner->revoked, key);

	return k && number > k->number;
}

/* May this key sign, by the owner's record that it saw? */
static const char *not_allowed(const judging *g, size_t owner, const vv_head_record *r)
{
	if (memcmp(r->key, g->owner, sizeof(g->owner)) == 0) return NULL;
	if (owner == SIZE_MAX) return "its signer is not the owner";
	const vv_head_key *k = vv_head_keys_find(&g->nodes[owner]->signers, r->key);
	if (!k) return "it is signed neither by the owner nor with a key that the owner authorized";
	if (r->time > (int64_t)k->number) return "its signer's permission had expired";
	return is_revoked(g->nodes[owner], r->key, r->number) ? "the owner revoked its signer"
							      : NULL;
}

/* Its parents are those that it names, and follow each other. */
static const char *parents_fault(const judging *g, const vv_head_commit *c, size_t *owner)
{
	const vv_head_record *r = &c->record;
	size_t from = 0, saw = 0;

	*owner = SIZE_MAX;
	if (r->number > 1) {
		const size_t i = c->parent_count > 0 ? find_node(g, &c->parents[0]) : SIZE_MAX;
		if (i == SIZE_MAX || memcmp(g->nodes[i]->key, r->key, sizeof(r->key)) != 0 ||
		    g->nodes[i]->number + 1 != r->number || g->nodes[i]->time > r->time) {
			return "its number or time does not follow the previous record";
		}
		*owner = g->nodes[i]->owner;
		from = 1;
	}
	for (size_t k = from; k < c->parent_count; k++, saw++) {
		const size_t i = find_node(g, &c->parents[k]);
		if (saw >= r->saw.count || i == SIZE_MAX ||
		    !vv_oid_equal(&r->saw.items[saw].commit, &c->parents[k]) ||
		    r->saw.items[saw].number != g->nodes[i]->number ||
		    memcmp(r->saw.items[saw].key, g->nodes[i]->key, sizeof(r->key)) != 0) {
			return "its parents differ from the records that it lists";
		}
		*owner = newer_record(g, *owner, g->nodes[i]->owner);
	}
	return saw == r->saw.count ? NULL : "its parents differ from the records that it lists";
}

static vv_status judge_record(judging *g, size_t at, const vv_head_commit *c, vv_error *err)
{
	node *n = g->nodes[at];
	size_t owner;
	const char *wrong = strcmp(c->record.name, g->name) != 0
				    ? "it belongs to another repository"
				    : parents_fault(g, c, &owner);

	if (!wrong) {
		wrong = not_allowed(g, owner, &c->record);
	}
	if (wrong) return refuse_head(g, VV_EREFUSED, wrong, &c->id, err);
	n->owner = memcmp(n->key, g->owner, sizeof(n->key)) == 0 ? at : owner;
	n->judged = true;
	return VV_OK;
}

static vv_status add_node(judging *g, const vv_head_commit *c, vv_error *err)
{
	node *n = vv_calloc(1, sizeof(*n));

	if (!vv_array_own(g->nodes, g->count, g->cap, n, n)) return vv_fail_nomem(err);
	*n = (node){.id = c->id,
		    .number = c->record.number,
		    .time = c->record.time,
		    .signers = c->record.signers,
		    .revoked = c->record.revoked};
	memcpy(n->key, c->record.key, sizeof(n->key));
	return VV_OK;
}

/* Was it judged by an earlier run? */
static bool is_trusted(const judging *g, const vv_oid *id)
{
	return g->t->known &&
	       vv_array_find(g->t->heads, g->t->count, it, vv_oid_equal(&it->commit, id));
}

/* A record that was believed before: nothing below it is read. A signer's is taken with the owner's newest. */
static vv_status add_trusted(judging *g, const vv_head_commit *c, vv_error *err)
{
	const vv_trusted_head *owner = vv_trust_find(g->t, g->owner);
	const size_t at = g->count;
	vv_status rc = add_node(g, c, err);

	if (rc < 0) return rc;
	g->nodes[at]->judged = true;
	g->nodes[at]->owner = SIZE_MAX;
	if (memcmp(c->record.key, g->owner, sizeof(g->owner)) == 0) {
		g->nodes[at]->owner = at;
	} else if (owner) {
		size_t there = find_node(g, &owner->commit);
		if (there == SIZE_MAX) {
			vv_auto(vv_head_commit) newest = {.parent_count = 0};
			there = g->count;
			if ((rc = vv_head_commit_read(&newest, g->r, &owner->commit, err)) ==
			    VV_OK) {
				rc = add_trusted(g, &newest, err);
			}
		}
		g->nodes[at]->owner = there;
	}
	return rc;
}

/* --- the walk --------------------------------------------------------------------------------------- */

/* Parents first: a commit stays on the stack until all below it were judged. */
static vv_status walk_records(judging *g, const vv_oid *tip, vv_error *err)
{
	vv_auto_free vv_oid *stack = NULL;
	size_t depth = 0, cap = 0;
	vv_status rc = VV_OK;

	if (!vv_array_add(stack, depth, cap, *tip)) return vv_fail_nomem(err);
	while (rc == VV_OK && depth > 0) {
		const vv_oid id = stack[depth - 1];
		vv_auto(vv_head_commit) c = {.parent_count = 0};
		size_t at = find_node(g, &id);

		if (at != SIZE_MAX && g->nodes[at]->judged) {
			depth--;
			continue;
		}
		if (depth > RECORDS_MAX || g->count > RECORDS_MAX) {
			return refuse_head(g, VV_EREFUSED,
					   "its history has more than a million records", &id, err);
		}
		if ((rc = vv_head_commit_read(&c, g->r, &id, err)) < 0) {
			return rc == VV_ECORRUPT
				       ? refuse_head(g, rc, vv_text_shows(err->message), &id, err)
				       : rc;
		}
		if (at == SIZE_MAX && is_trusted(g, &id)) {
			rc = add_trusted(g, &c, err);
			depth--;
			continue;
		}
		size_t left = depth;
		for (size_t i = c.parent_count; rc == VV_OK && i-- > 0;) {
			const size_t parent = find_node(g, &c.parents[i]);
			if (parent == SIZE_MAX || !g->nodes[parent]->judged) {
				if (!vv_array_add(stack, depth, cap, c.parents[i])) {
					return vv_fail_nomem(err);
				}
			}
		}
		if (depth > left) {
			continue; /* it comes again */
		}
		if (at == SIZE_MAX) {
			at = g->count;
			rc = add_node(g, &c, err);
		}
		rc = rc < 0 ? rc : judge_record(g, at, &c, err);
		depth--;
	}
	return rc;
}

/* --- comparison with earlier heads
 * ------------------------------------------------------------------------ */

static vv_status put_both(const judging *g, vv_heads_fault fault, const node *n,
			  const vv_trusted_head *h, vv_error *err)
{
	const bool fork = fault == VV_HEADS_FORK;

	vv_fail(err, VV_EREFUSED,
		"%s: '%s' has signed head number %llu (%s), %s number %llu (%s) was seen before; "
		"nothing was moved",
		fork ? "fork" : "rollback", vv_text_url(g->from), (unsigned long long)n->number,
		vv_text_time(n->time, VV_TIME_MINUTE), fork ? "but another head" : "but",
		(unsigned long long)h->number, vv_text_time(h->time, VV_TIME_MINUTE));
	g->out->fault = fault;
	if (fork && g->own && memcmp(g->own, h->key, VV_KEY_PUBLIC) == 0) {
		return vv_hint_code(err, VV_HINT_SIGN_JOIN, g->from);
	}
	return use_another(err);
}

/* This repository signed a newer head than they show, for example before a failed push. */
static bool is_unshown(const judging *g, const vv_trusted_head *h)
{
	if (!g->own || memcmp(g->own, h->key, VV_KEY_PUBLIC) != 0) return false;
	vv_notes_warn(g->notes, "'%s' does not have signed head %llu, which was signed here",
		      vv_text_url(g->from), (unsigned long long)h->number);
	return true;
}

/* The head of a signer whose newest was seen before, unless that was revoked since. *older: it is one before that,
 * which stays trusted. */
static vv_status compare_with_seen(const judging *g, const node *owner, const node *n, bool *older,
				   vv_error *err)
{
	const vv_trusted_head *h = vv_trust_find(g->t, n->key);
	bool descends = false;
	vv_status rc;

	if (!h || vv_oid_equal(&h->commit, &n->id) || is_revoked(owner, h->key, h->number)) {
		return VV_OK;
	}
	if ((rc = vv_is_ancestor(g->r, &h->commit, &n->id, &descends, err)) < 0 || descends) {
		return rc;
	}
	if ((rc = vv_is_ancestor(g->r, &n->id, &h->commit, &descends, err)) < 0) return rc;
	*older = descends && is_unshown(g, h);
	if (*older) return VV_OK;
	return put_both(g, descends ? VV_HEADS_ROLLBACK : VV_HEADS_FORK, n, h, err);
}

/* A signer whose head is not shown any more, although another's head does not have it below. */
static vv_status check_missing(const judging *g, const node *owner, const vv_shown_head *heads,
			       size_t count, vv_error *err)
{
	vv_array_each(g->t->heads, g->t->count, h) {
		bool there = owner && is_revoked(owner, h->key, h->number);

		for (size_t k = 0; k < count && !there; k++) {
			const vv_status rc = vv_oid_equal(&h->commit, &heads[k].id)
						     ? (there = true, VV_OK)
						     : vv_is_ancestor(g->r, &h->commit,
								      &heads[k].id, &there, err);
			if (rc < 0) return rc;
		}
		if (!there && !is_unshown(g, h)) {
			vv_fail(err, VV_EREFUSED,
				"rollback: '%s' has neither signed head %llu (%s), which was seen "
				"before, nor a later one; nothing was moved",
				vv_text_url(g->from), (unsigned long long)h->number,
				vv_text_time(h->time, VV_TIME_MINUTE));
			g->out->fault = VV_HEADS_ROLLBACK;
			return use_another(err);
		}
	}
	return VV_OK;
}

/* --- keys whose permission ended ------------------------------------------------------------------ */

/* The time of the owner's first record that revokes the key, which the newest, of node `owner`, does. */
static vv_status find_revoked(int64_t *out, const judging *g, const node *owner,
			      const uint8_t key[VV_KEY_PUBLIC], vv_error *err)
{
	vv_oid id = owner->id;

	for (size_t i = 0; i < RECORDS_MAX; i++) {
		vv_auto(vv_head_commit) c = {.parent_count = 0};
		const vv_status rc = vv_head_commit_read(&c, g->r, &id, err);
		if (rc < 0) return rc;
		if (!vv_head_keys_find(&c.record.revoked, key)) return VV_OK;
		*out = c.record.time;
		if (c.record.number == 1 || c.parent_count == 0) return VV_OK;
		id = c.parents[0];
	}
	return VV_OK;
}

/* Sets *out to the time at which the permission of a key ended, or to INT64_MAX if it has not ended. The key must not be
 * the owner's. */
static vv_status find_end(int64_t *out, const judging *g, const node *owner,
			  const uint8_t key[VV_KEY_PUBLIC], vv_error *err)
{
	const vv_head_key *k = vv_head_keys_find(&owner->signers, key);
	int64_t revoked = INT64_MAX;
	vv_status rc = VV_OK;

	if (!k) {
		*out = owner->time;
	} else if ((int64_t)k->number < vv_now_sec()) {
		*out = (int64_t)k->number;
	} else {
		*out = INT64_MAX;
	}
	if (vv_head_keys_find(&owner->revoked, key)) {
		rc = find_revoked(&revoked, g, owner, key, err);
	}
	*out = revoked < *out ? revoked : *out;
	return rc;
}

/* Did the owner, or a key that may still sign, see the head: is it below another one that is shown? */
static vv_status is_vouched(bool *out, const judging *g, const node *owner, const node *n,
			    const vv_shown_head *heads, size_t count, vv_error *err)
{
	vv_status rc;

	*out = false;
	for (size_t i = 0; i < count && !*out; i++) {
		const node *other = g->nodes[find_node(g, &heads[i].id)];
		int64_t end = INT64_MAX;

		if (memcmp(other->key, n->key, sizeof(n->key)) == 0 ||
		    is_revoked(owner, other->key, other->number)) {
			continue;
		}
		if (memcmp(other->key, g->owner, sizeof(g->owner)) != 0 &&
		    (rc = find_end(&end, g, owner, other->key, err)) < 0) {
			return rc;
		}
		if (end == INT64_MAX &&
		    (rc = vv_is_ancestor(g->r, &n->id, &other->id, out, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static void tell_late(const judging *g, const node *n, int64_t end, const vv_outside_time *time)
{
	vv_auto(vv_buf) line = VV_BUF_INIT, when = VV_BUF_INIT;

	vv_head_put_line(&line, n->key, n->number, n->time, vv_now_sec());
	vv_buf_puts(&when, vv_text_time(end, VV_TIME_MINUTE));
	if (time->is == VV_OUTSIDE_KNOWN) {
		vv_notes_warn(g->notes,
			      "ignored head %s: its key could sign until %s, and its time stamp is "
			      "of %s",
			      vv_buf_cstr(&line), vv_buf_cstr(&when),
			      vv_text_time(time->says.time, VV_TIME_MINUTE));
	} else if (time->is == VV_OUTSIDE_NONE) {
		vv_notes_warn(g->notes,
			      "ignored head %s: its key could sign until %s, and no time stamp "
			      "shows that it was signed before",
			      vv_buf_cstr(&line), vv_buf_cstr(&when));
	} else {
		vv_notes_warn(g->notes,
			      "ignored head %s: its key could sign until %s, and its time stamp is "
			      "not valid: %s",
			      vv_buf_cstr(&line), vv_buf_cstr(&when), time->why);
	}
}

/*
 * Where authorities are named, a head of a key whose permission ended counts if it was trusted before, if the owner or
 * a key that may still sign has seen it, or if a time stamp proves that it existed before the end. Its own time does
 * not: who has the key now can write any.
 */
static vv_status judge_late(const judging *g, const node *owner, node *n,
			    const vv_shown_head *heads, size_t count, vv_error *err)
{
	vv_auto(vv_head_commit) c = {.parent_count = 0};
	vv_outside_time time;
	bool vouched;
	int64_t end;
	vv_status rc;

	if (memcmp(n->key, g->owner, sizeof(n->key)) == 0 || is_trusted(g, &n->id) ||
	    is_revoked(owner, n->key, n->number)) {
		return VV_OK;
	}
	if ((rc = find_end(&end, g, owner, n->key, err)) < 0 || end == INT64_MAX) return rc;
	if ((rc = is_vouched(&vouched, g, owner, n, heads, count, err)) < 0 || vouched) return rc;
	if ((rc = vv_head_commit_read(&c, g->r, &n->id, err)) < 0 ||
	    (rc = vv_outside_time_of(&time, &c, g->authorities, err)) < 0) {
		return rc;
	}
	n->late = time.is != VV_OUTSIDE_KNOWN || time.says.latest > end;
	if (n->late) {
		tell_late(g, n, end, &time);
	}
	return VV_OK;
}

static vv_status judge_late_all(judging *g, const node *owner, const vv_shown_head *heads,
				size_t count, vv_error *err)
{
	vv_status rc = vv_outside_authorities(&g->authorities, g->r, err);

	for (size_t i = 0; rc == VV_OK && g->authorities && i < count; i++) {
		rc = judge_late(g, owner, g->nodes[find_node(g, &heads[i].id)], heads, count, err);
	}
	return rc;
}

/* --- the whole ------------------------------------------------------------------------------------ */

/* Nothing is pinned yet: the owner is who signed the first record, which has no parents. */
static vv_status find_owner(judging *g, vv_judged *out, vv_oid id, vv_error *err)
{
	for (size_t i = 0; i < RECORDS_MAX; i++) {
		vv_auto(vv_head_commit) c = {.parent_count = 0};
		const vv_status rc = vv_head_commit_read(&c, g->r, &id, err);
		if (rc < 0) {
			return rc == VV_ECORRUPT
				       ? refuse_head(g, rc, vv_text_shows(err->message), &id, err)
				       : rc;
		}
		if (c.parent_count == 0) {
			memcpy(g->owner, c.record.key, sizeof(g->owner));
			(void)snprintf(g->name, sizeof(g->name), "%s", c.record.name);
			out->first = true;
			return VV_OK;
		}
		id = c.parents[0];
	}
	return refuse_head(g, VV_EREFUSED, "its history has more than a million records", &id, err);
}

static vv_status check_name(const judging *g, const vv_shown_head *h, const node *n, vv_error *err)
{
	return strcmp(strrchr(h->name, '/') + 1, vv_did_key_shows(n->key)) == 0
		       ? VV_OK
		       : refuse_head(g, VV_EREFUSED,
				     "the ref's name has a key other than the signer's", &h->id,
				     err);
}

/* Accepts the head: trusts it, unless a newer one is trusted. */
static vv_status accept_head(const judging *g, vv_judged *out, const node *n, bool older,
			     vv_error *err)
{
	const vv_trusted_head *h = vv_trust_find(&out->trust, n->key);
	vv_auto(vv_head_commit) c = {.parent_count = 0};
	vv_status rc = vv_head_commit_read(&c, g->r, &n->id, err);

	if (!older) {
		out->changed = out->changed || !h || !vv_oid_equal(&h->commit, &n->id);
		rc = rc < 0 ? rc : vv_trust_set(&out->trust, &c.record, &c.id, err);
	}
	if (rc < 0) return rc;
	if (out->tip_count < VV_HEAD_LIST_MAX) {
		out->tips[out->tip_count++] = n->id;
	}
	if (!out->has_newest || vv_head_record_is_newer(&c.record, &out->newest.record)) {
		vv_head_commit_clear(&out->newest);
		out->newest = c;
		out->has_newest = true;
		memset(&c, 0, sizeof(c));
	}
	return VV_OK;
}

/* In place of a late head, the signer's trusted one that it follows still counts. */
static vv_status accept_before(const judging *g, vv_judged *out, const node *late, vv_error *err)
{
	const vv_trusted_head *h = g->t->known ? vv_trust_find(g->t, late->key) : NULL;
	node before = {.judged = true};
	bool follows = false;
	vv_status rc;

	out->passed++;
	if (!h) return VV_OK;
	if ((rc = vv_is_ancestor(g->r, &h->commit, &late->id, &follows, err)) < 0 || !follows) {
		return rc;
	}
	before.id = h->commit;
	memcpy(before.key, h->key, sizeof(before.key));
	return accept_head(g, out, &before, true, err);
}

/* Among two heads of one signer the later counts: a host whose blocks moved to a branch keeps the former ref. */
static vv_status has_later(const judging *g, const node *owner, const node *n,
			   const vv_shown_head *heads, size_t count, bool *out, vv_error *err)
{
	vv_status rc = VV_OK;

	*out = false;
	for (size_t i = 0; i < count && rc == VV_OK && !*out; i++) {
		const node *other = g->nodes[find_node(g, &heads[i].id)];
		if (other != n && memcmp(other->key, n->key, sizeof(n->key)) == 0 && !other->late &&
		    !is_revoked(owner, other->key, other->number)) {
			rc = vv_is_ancestor(g->r, &n->id, &other->id, out, err);
		}
	}
	return rc;
}

/* Removes the heads that the newest one saw. */
static vv_status drop_older(vv_judged *j, vv_repository *r, vv_error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < j->tip_count; i++) {
		bool older = false;
		vv_status rc = VV_OK;

		if (!vv_oid_equal(&j->tips[i], &j->newest.id)) {
			rc = vv_is_ancestor(r, &j->tips[i], &j->newest.id, &older, err);
		}
		if (rc < 0) return rc;
		if (!older) {
			j->tips[kept++] = j->tips[i];
		}
	}
	j->tip_count = kept;
	return VV_OK;
}

vv_status vv_heads_judge(vv_judged *out, vv_repository *r, const vv_trust *t, const char *from,
			 const vv_shown_head *heads, size_t count, const uint8_t *own,
			 const vv_notes *notes, vv_error *err)
{
	vv_auto(judging) g = {.r = r, .t = t, .out = out, .from = from, .own = own, .notes = notes};
	size_t owner = SIZE_MAX, late = 0;
	vv_status rc = VV_OK;

	*out = (vv_judged){.trust = *t};
	if (count == 0) return t->known ? check_missing(&g, NULL, heads, 0, err) : VV_OK;
	memcpy(g.owner, t->owner, sizeof(g.owner));
	memcpy(g.name, t->name, sizeof(g.name));
	if (!t->known && (rc = find_owner(&g, out, heads[0].id, err)) < 0) return rc;
	vv_array_each(heads, count, head) {
		if ((rc = walk_records(&g, &head->id, err)) < 0) return rc;
		const node *n = g.nodes[find_node(&g, &head->id)];
		if ((rc = check_name(&g, head, n, err)) < 0) return rc;
		owner = newer_record(&g, owner, n->owner);
	}
	if (owner == SIZE_MAX) {
		return refuse_head(&g, VV_EREFUSED, "its history has no record of the owner",
				   &heads[0].id, err);
	}
	out->trust.known = true;
	memcpy(out->trust.owner, g.owner, sizeof(g.owner));
	memcpy(out->trust.name, g.name, sizeof(g.name));
	if ((rc = judge_late_all(&g, g.nodes[owner], heads, count, err)) < 0) return rc;
	vv_array_each(heads, count, head) {
		const node *n = g.nodes[find_node(&g, &head->id)];
		if (n->late) {
			late++;
			if ((rc = accept_before(&g, out, n, err)) < 0) return rc;
			continue;
		}
		if (is_revoked(g.nodes[owner], n->key, n->number)) {
			vv_auto(vv_buf) line = VV_BUF_INIT;
			vv_head_put_line(&line, n->key, n->number, n->time, vv_now_sec());
			vv_notes_warn(notes, "ignored head %s: the owner revoked its key",
				      vv_buf_cstr(&line));
			out->passed++;
			continue;
		}
		bool older = false, later;
		if ((rc = has_later(&g, g.nodes[owner], n, heads, count, &later, err)) < 0) {
			return rc;
		}
		if (later) {
			continue;
		}
		if ((t->known &&
		     (rc = compare_with_seen(&g, g.nodes[owner], n, &older, err)) < 0) ||
		    (rc = accept_head(&g, out, n, older, err)) < 0) {
			return rc;
		}
	}
	if (!out->has_newest && late > 0) {
		return refuse_head(&g, VV_EREFUSED, "no head that counts is shown", &heads[0].id,
				   err);
	}
	if ((rc = drop_older(out, r, err)) < 0) return rc;
	return t->known ? check_missing(&g, g.nodes[owner], heads, count, err) : VV_OK;
}

vv_status vv_judged_names(const vv_judged *j, vv_repository *r, const char *ref, const vv_oid *id,
			  bool *out, vv_error *err)
{
	*out = false;
	for (size_t i = 0; i < j->tip_count && !*out; i++) {
		vv_auto(vv_head_commit) c = {.parent_count = 0};
		const vv_head_commit *tip = &j->newest;
		vv_oid is;
		if (!vv_oid_equal(&j->tips[i], &tip->id)) {
			const vv_status rc = vv_head_commit_read(&c, r, &j->tips[i], err);
			if (rc < 0) return rc;
			tip = &c;
		}
		*out = vv_head_commit_ref(tip, ref, &is) && (!id || vv_oid_equal(&is, id));
	}
	return VV_OK;
}

typedef struct listing {
	vv_shown_head *items;
	size_t count, cap;
} listing;

static vv_status add_head(void *payload, const vv_ref *ref, vv_error *err)
{
	listing *l = payload;
	char *name = vv_strdup(ref->name);

	return vv_array_own(l->items, l->count, l->cap, name, (vv_shown_head){name, ref->id})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_heads_list(vv_shown_head **out, size_t *count, vv_repository *r, vv_error *err)
{
	listing l = {0};
	const vv_status rc = vv_refs_each(r, VV_HEADS, add_head, &l, err);

	*out = l.items;
	*count = l.count;
	if (rc < 0) {
		vv_heads_free(l.items, l.count);
		*out = NULL;
		*count = 0;
	}
	return rc;
}

void vv_heads_free(vv_shown_head *heads, size_t count)
{
	vv_array_clear(heads, count, it, vv_free((void *)(uintptr_t)it->name));
}

vv_status vv_heads_judge_here(vv_judged *out, size_t *count, vv_repository *r, const vv_trust *t,
			      const vv_notes *notes, vv_error *err)
{
	vv_shown_head *heads;
	vv_status rc = vv_heads_list(&heads, count, r, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc;
	rc = vv_heads_judge(out, r, t, "this repository", heads, *count, NULL, notes, err);
	vv_heads_free(heads, *count);
	return rc;
}
