/*
 * make: makes the next record from the trusted ones.
 */
#include "lib/heads/make.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/judge.h"
#include "lib/heads/signed_files.h"
#include "lib/heads/signed_list.h"
#include "repo/git/config.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/expired_signers.h"
#include "repo/git/history/head_record.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/history/trust.h"

typedef struct making {
	vv_repository *r;
	const vv_head_making *m;
	vv_trust trust;
	vv_head_signer signer;
	vv_head_commit last;  /* the signer's */
	vv_head_commit other; /* likewise, which the new one joins with it */
	bool has_last, joins;
	bool first;            /* no head was trusted before */
	vv_head_commit newest; /* of all signers */
	vv_head_commit next;
	vv_fd lock;
} making;

static void making_clear(making *k)
{
	vv_head_signer_clear(&k->signer);
	vv_head_commit_clear(&k->last);
	vv_head_commit_clear(&k->other);
	vv_head_commit_clear(&k->newest);
	vv_head_commit_clear(&k->next);
	vv_fd_close(&k->lock);
}
VV_AUTO_CLEAR(making, making_clear)

/* Names an unnamed repository after its folder. */
static void name_after_folder(making *k)
{
	const char *dir = vv_repository_workdir(k->r);
	char name[VV_HEAD_NAME_MAX + 1];
	size_t len;

	(void)snprintf(name, sizeof(name), "%s", dir ? dir : vv_repository_commondir(k->r));
	for (len = strlen(name); len > 1 && name[len - 1] == '/'; len--) {
		name[len - 1] = '\0';
	}
	const char *base = vv_path_base(name);
	(void)snprintf(k->trust.name, sizeof(k->trust.name), "%s",
		       vv_head_name_fits(base) ? base : "data");
}

/* The file is missing: trusts the heads stored here, instead of signing another first one. */
static vv_status trust_refs(making *k, vv_error *err)
{
	vv_auto(vv_judged) j = {.first = false};
	size_t count;
	const vv_status rc = vv_heads_judge_here(&j, &count, k->r, &k->trust, NULL, err);

	if (rc == VV_OK && count > 0) {
		k->trust = j.trust;
	}
	return rc;
}

/* A head that was signed here, and whose process ended before it was trusted: it may have been shown since. */
static vv_status trust_last(making *k, vv_error *err)
{
	const vv_trusted_head *h = vv_trust_find(&k->trust, k->signer.key);
	vv_auto(vv_head_commit) c = {.parent_count = 0};
	vv_auto(vv_ref) ref = {0};
	bool follows = h == NULL;
	vv_status rc;

	vv_auto(char) *name = vv_asprintf(VV_HEADS "%s", vv_did_key_shows(k->signer.key));
	if ((rc = vv_alloc_ok(name, err)) < 0) return rc;
	if ((rc = vv_ref_get(k->r, name, &ref, err)) < 0) return vv_missing_ok(rc, err);
	if (h && vv_oid_equal(&h->commit, &ref.id)) return VV_OK;
	if (h && (rc = vv_is_ancestor(k->r, &h->commit, &ref.id, &follows, err)) < 0) return rc;
	if (!follows) return VV_OK;
	if ((rc = vv_head_commit_read(&c, k->r, &ref.id, err)) < 0) return rc;
	if (memcmp(c.record.key, k->signer.key, sizeof(c.record.key)) != 0) return VV_OK;
	if (strcmp(c.record.name, k->trust.name) != 0) return VV_OK;
	return vv_trust_set(&k->trust, &c.record, &c.id, err);
}

static vv_status begin_record(making *k, vv_error *err)
{
	vv_status rc = vv_trust_read(&k->trust, k->r, err);

	if (rc < 0 || (rc = vv_head_signer_find(&k->signer, k->r, err)) < 0 ||
	    (!k->trust.known && (rc = trust_refs(k, err)) < 0) ||
	    (k->trust.known && (rc = trust_last(k, err)) < 0)) {
		return rc;
	}
	if (k->m->name && k->trust.known && strcmp(k->m->name, k->trust.name) != 0) {
		return vv_fail(err, VV_EUSAGE,
			       "this repository is signed as '%s', and cannot be renamed",
			       k->trust.name);
	}
	if (k->m->name && !vv_head_name_fits(k->m->name)) {
		return vv_fail(err, VV_EUSAGE,
			       "a name must be one line of at most %u bytes, without leading or "
			       "trailing blanks",
			       VV_HEAD_NAME_MAX);
	}
	if (!k->trust.known) {
		name_after_folder(k);
		memcpy(k->trust.owner, k->signer.key, sizeof(k->trust.owner));
		if (k->m->name) {
			(void)snprintf(k->trust.name, sizeof(k->trust.name), "%s", k->m->name);
		}
		k->trust.known = k->first = true;
	}
	const vv_trusted_head *h = vv_trust_find(&k->trust, k->signer.key);
	if (h && (rc = vv_head_commit_read(&k->last, k->r, &h->commit, err)) < 0) return rc;
	k->has_last = h != NULL;
	return VV_OK;
}

/* Two machines signed with this key: the record with the greater number is the first parent, and the other one is seen. */
static vv_status join_record(making *k, vv_error *err)
{
	bool below = false;
	vv_status rc;

	if (!k->m->join || !k->has_last) return VV_OK;
	if ((rc = vv_is_ancestor(k->r, k->m->join, &k->last.id, &below, err)) < 0 || below ||
	    (rc = vv_head_commit_read(&k->other, k->r, k->m->join, err)) < 0) {
		return rc;
	}
	if (k->other.record.number > k->last.record.number) {
		const vv_head_commit last = k->last;
		k->last = k->other;
		k->other = last;
	}
	k->joins = true;
	return VV_OK;
}

static vv_status see_record(making *k, const uint8_t key[VV_KEY_PUBLIC], uint64_t number,
			    int64_t when, const vv_oid *id, vv_error *err)
{
	vv_head_commit *next = &k->next;

	/* Regardless of clocks, the newest is the one that saw the others. */
	if (next->record.time <= when) {
		next->record.time = when + 1;
	}
	next->parents[next->parent_count++] = *id;
	return vv_head_keys_set(&next->record.saw, key, number, id, err);
}

/* The newest of each other signer, as far as the signer's last record has it not below. */
static vv_status see_others(making *k, vv_error *err)
{
	vv_array_each(k->trust.heads, k->trust.count, h) {
		bool below = false;
		vv_status rc = VV_OK;

		if (memcmp(h->key, k->signer.key, sizeof(h->key)) == 0) {
			continue;
		}
		if (k->has_last) {
			rc = vv_is_ancestor(k->r, &h->commit, &k->last.id, &below, err);
		}
		if (rc == VV_OK && !below) {
			rc = see_record(k, h->key, h->number, h->time, &h->commit, err);
		}
		if (rc < 0) return rc;
	}
	const vv_head_record *o = &k->other.record;
	return k->joins ? see_record(k, o->key, o->number, o->time, &k->other.id, err) : VV_OK;
}

/* A signer that is not the owner is named by the owner's newest record. */
static vv_status check_allowed(const making *k, vv_error *err)
{
	const vv_trusted_head *owner = vv_trust_find(&k->trust, k->trust.owner);
	vv_auto(vv_head_commit) c = {.parent_count = 0};
	vv_status rc;

	if (memcmp(k->signer.key, k->trust.owner, sizeof(k->trust.owner)) == 0) return VV_OK;
	if (k->m->signers || k->m->revoked) {
		return vv_fail(err, VV_EREFUSED, "only the owner can add and revoke signers");
	}
	if (owner && (rc = vv_head_commit_read(&c, k->r, &owner->commit, err)) < 0) return rc;
	const vv_head_key *s = owner ? vv_head_keys_find(&c.record.signers, k->signer.key) : NULL;
	const vv_head_key *gone = owner ? vv_head_keys_find(&c.record.revoked, k->signer.key)
					: NULL;
	const vv_head_record *next = &k->next.record;
	if (s && (int64_t)s->number >= next->time && !(gone && next->number > gone->number)) {
		return VV_OK;
	}
	return vv_fail(err, VV_EREFUSED,
		       "the key %s is not a signer of '%s'%s\nask the owner to add the key to the "
		       "signers of the next head",
		       vv_did_key_shows(k->signer.key), k->trust.name, s ? " any longer" : "");
}

static vv_status set_keys(vv_head_keys *to, const vv_head_keys *from, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; from && i < from->count; i++) {
		if ((rc = vv_head_keys_set(to, from->items[i].key, from->items[i].number, NULL,
					   err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Adds entries of the joined record that the last one lacks. */
static vv_status join_keys(vv_head_keys *to, const vv_head_keys *from, vv_error *err)
{
	vv_head_keys new = {.count = 0};

	vv_array_each(from->items, from->count, it) {
		if (!vv_head_keys_find(to, it->key)) {
			new.items[new.count++] = *it;
		}
	}
	return set_keys(to, &new, err);
}

static vv_status fill_record(making *k, int64_t now, vv_error *err)
{
	const vv_head_record *last = k->has_last ? &k->last.record : NULL;
	vv_head_record *n = &k->next.record;
	const vv_strings *mirrors = k->m->mirrors;
	vv_status rc = VV_OK;

	(void)snprintf(n->name, sizeof(n->name), "%s", k->trust.name);
	memcpy(n->key, k->signer.key, sizeof(n->key));
	n->number = last ? last->number + 1 : 1;
	n->time = last && last->time > now ? last->time : now;
	n->final = k->m->final;
	if (k->m->final) {
		n->expires = 0;
	} else if (k->m->expires > 0) {
		n->expires = k->m->expires;
	} else if (last && last->expires > 0) {
		n->expires = n->time + (last->expires - last->time);
	} else {
		n->expires = 0;
	}
	for (size_t i = 0; rc == VV_OK && mirrors && i < mirrors->count; i++) {
		rc = vv_head_record_add_mirror(n, mirrors->items[i], err);
	}
	const size_t inherited = last && n->mirror_count == 0 ? last->mirror_count : 0;
	for (size_t i = 0; rc == VV_OK && i < inherited; i++) {
		rc = vv_head_record_add_mirror(n, last->mirrors[i], err);
	}
	if (last) {
		n->signers = last->signers;
		n->revoked = last->revoked;
		k->next.parents[k->next.parent_count++] = k->last.id;
	}
	if (rc == VV_OK && k->joins &&
	    (rc = join_keys(&n->signers, &k->other.record.signers, err)) == VV_OK) {
		rc = join_keys(&n->revoked, &k->other.record.revoked, err);
	}
	rc = rc < 0 ? rc : set_keys(&n->signers, k->m->signers, err);
	return rc < 0 ? rc : set_keys(&n->revoked, k->m->revoked, err);
}

/* Would the new record be equal to the last one? */
static bool is_same(const making *k, int64_t now)
{
	const vv_head_record *l = &k->last.record;

	return k->has_last && k->m->only_new && k->last.refs.len == k->next.refs.len &&
	       memcmp(vv_buf_cstr(&k->last.refs), vv_buf_cstr(&k->next.refs), k->next.refs.len) ==
		       0 &&
	       (l->expires == 0 || now < l->time + (l->expires - l->time) / 2);
}

/* Before the first head exists, so that a process that ends here leaves no list that does not count. */
static vv_status sign_lists(making *k, vv_error *err)
{
	const vv_expired_signing how = vv_signed_list_of(k->r);
	const vv_status rc = vv_expired_signers_set(k->r, &k->trust, err);

	return rc < 0 ? rc : vv_expired_sign_all(k->r, &how, err);
}

static vv_status make_head(vv_oid *out, making *k, const vv_shared_refs *refs, vv_error *err)
{
	vv_auto(vv_head_commit) made = {.parent_count = 0};
	vv_status rc;

	const int64_t now = vv_now_sec();
	vv_shared_refs_put(&k->next.refs, refs);
	if ((rc = vv_buf_ok(&k->next.refs, err)) < 0) return rc;
	if (is_same(k, now)) {
		*out = k->last.id;
		return VV_OK;
	}
	if (k->has_last && k->last.record.final) {
		return vv_fail(err, VV_EREFUSED,
			       "the last signed head of '%s' is final, so no further version can "
			       "be signed",
			       k->trust.name);
	}
	if ((rc = join_record(k, err)) < 0 || (rc = fill_record(k, now, err)) < 0 ||
	    (rc = see_others(k, err)) < 0 || (rc = check_allowed(k, err)) < 0 ||
	    (rc = vv_signed_files_read(&k->newest, k->r, err)) < 0 ||
	    (rc = vv_signed_files_put(&k->next, &k->newest, k->r, err)) < 0 ||
	    (rc = vv_head_commit_write(&k->next, k->r, &k->signer, k->m->clock, err)) < 0 ||
	    (rc = vv_head_commit_read(&made, k->r, &k->next.id, err)) < 0) {
		return rc;
	}
	*out = made.id;
	vv_auto(char) *ref = vv_asprintf(VV_HEADS "%s", vv_did_key_shows(k->signer.key));
	if ((rc = vv_alloc_ok(ref, err)) < 0 || (k->first && (rc = sign_lists(k, err)) < 0) ||
	    (rc = vv_ref_update(k->r, ref, out, NULL, true, "sign", err)) < 0 ||
	    (rc = vv_trust_set(&k->trust, &made.record, &made.id, err)) < 0) {
		return rc;
	}
	return vv_trust_write(&k->trust, k->r, err);
}

/* Sets refs->head to the ref `name`, if refs has it. */
static bool set_default(vv_shared_refs *refs, const char *name)
{
	const vv_ref *ref = vv_array_find(refs->items, refs->count, it,
					  strcmp(it->name, name) == 0);

	if (ref) {
		refs->head = ref->name;
	}
	return ref != NULL;
}

/* The default branch stays that of the newest head, or else of HEAD or of a push. */
static vv_status choose_default(vv_shared_refs *refs, making *k, vv_error *err)
{
	vv_auto(char) *named = k->m->branch ? vv_asprintf("refs/heads/%s", k->m->branch) : NULL;

	if (k->m->branch && !named) return vv_fail_nomem(err);
	if (named && !set_default(refs, named)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not one of the branches to sign",
			       vv_text_shows(k->m->branch));
	}
	if (!named && !set_default(refs, vv_buf_cstr(&k->newest.branch)) && k->m->moved) {
		(void)(set_default(refs, "refs/heads/main") ||
		       set_default(refs, "refs/heads/master"));
	}
	vv_buf_puts(&k->next.branch, refs->head ? refs->head : "");
	return vv_buf_ok(&k->next.branch, err);
}

static vv_status choose_refs(vv_shared_refs *refs, making *k, vv_error *err)
{
	const vv_trusted_head *h = vv_trust_newest(&k->trust);
	vv_status rc = h ? vv_head_commit_read(&k->newest, k->r, &h->commit, err) : VV_OK;

	if (rc == VV_OK && k->m->moved) {
		rc = vv_shared_refs_move(refs, vv_buf_cstr(&k->newest.refs), k->m->moved,
					 k->m->moved_count, err);
	} else if (rc == VV_OK) {
		rc = vv_shared_refs_choose(refs, k->r, &k->m->refs, err);
	}
	return rc < 0 ? rc : choose_default(refs, k, err);
}

/* The lists of expired versions are those of this version, too. */
static vv_status make_with_lists(vv_oid *out, making *k, const vv_shared_refs *refs, vv_error *err)
{
	vv_auto(vv_ref) lists = {0};
	vv_status rc = make_head(out, k, refs, err);

	if (rc < 0) return rc;
	rc = vv_ref_get(k->r, VV_EXPIRED_REF, &lists, err);
	return rc < 0 ? vv_missing_ok(rc, err) : vv_expired_set_signed(k->r, &lists.id, err);
}

/* Chooses among the refs that exist under the lock. */
static vv_status choose_and_make(vv_oid *out, vv_shared_refs *refs, making *k, vv_error *err)
{
	vv_status rc;

	if ((k->lock = vv_trust_lock(k->r, err)) < 0) return (vv_status)k->lock;
	if ((rc = begin_record(k, err)) < 0 || (rc = choose_refs(refs, k, err)) < 0) return rc;
	if (refs->count > 0) return make_with_lists(out, k, refs, err);
	if (k->m->only_new) return VV_OK;
	if (k->m->refs.all) {
		return vv_fail(err, VV_EUSAGE, "nothing to sign: no branch or tag exists");
	}
	return vv_fail(err, VV_EUSAGE,
		       "nothing to sign: HEAD is not on a branch with commits\nname branches or "
		       "tags, or use --all");
}

vv_status vv_head_make(vv_oid *out, vv_repository *r, const vv_head_making *m, vv_error *err)
{
	vv_auto(making) k = {.r = r, .m = m, .lock = -1};
	vv_auto(vv_shared_refs) refs = {0};

	return choose_and_make(out, &refs, &k, err);
}

static vv_status find_level(void *payload, const char *name VV_UNUSED, const char *value VV_UNUSED,
			    const char *level, vv_error *err VV_UNUSED)
{
	bool *own = payload;

	*own = strcmp(level, "global") != 0 && strcmp(level, "system") != 0;
	return VV_OK;
}

vv_status vv_head_signs(bool *out, vv_repository *r, vv_head_place place, vv_error *err)
{
	vv_auto(vv_head_signer) signer = {.has_seed = false};
	bool own = false, key = place != VV_HEADS_FAR_SIDE;
	vv_trust trust;
	vv_status rc = vv_config_bool(r, "varve.sign", false, out, err);

	if (rc < 0 || !*out || (rc = vv_config_each(r, "varve.sign", find_level, &own, err)) < 0) {
		return rc;
	}
	if (place != VV_HEADS_HERE) {
		rc = key ? VV_OK : vv_config_each(r, "varve.signingkey", find_level, &key, err);
		*out = own && key && vv_repository_is_bare(r);
		return rc;
	}
	if (own || (rc = vv_trust_read(&trust, r, err)) < 0) return rc;
	*out = vv_head_signer_find(&signer, r, VV_IGNORED) == VV_OK &&
	       vv_trust_find(&trust, signer.key) != NULL;
	return VV_OK;
}

vv_status vv_head_make_set(vv_repository *r, const vv_push_ref *moved, size_t count,
			   vv_head_place place, vv_error *err)
{
	const vv_head_making m = {.moved = moved, .moved_count = count, .only_new = true};
	bool signs = false;
	vv_oid ignored;
	const vv_status rc = vv_head_signs(&signs, r, place, err);

	return rc < 0 || !signs ? rc : vv_head_make(&ignored, r, &m, err);
}

static vv_status add_expired_lists(vv_shared_refs *out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	const vv_status rc = vv_ref_get(r, VV_EXPIRED_REF, &ref, err);

	return rc < 0 ? vv_missing_ok(rc, err)
		      : vv_shared_refs_add(out, VV_EXPIRED_REF, &ref.id, err);
}

vv_status vv_heads_show(vv_shared_refs *out, vv_repository *r, const vv_refs_choice *refs,
			vv_error *err)
{
	const vv_head_making m = {.refs = *refs, .only_new = true};
	vv_auto(making) k = {.r = r, .m = &m, .lock = -1};
	vv_shown_head *heads = NULL;
	size_t count = 0;
	bool signs = false;
	vv_oid ignored;
	vv_status rc = vv_head_signs(&signs, r, VV_HEADS_HERE, err);

	if (rc == VV_OK && signs) {
		rc = choose_and_make(&ignored, out, &k, err);
	}
	/* Under the lock of the new head; else before the refs, which only continue. */
	rc = rc < 0 ? rc : vv_heads_list(&heads, &count, r, err);
	rc = rc < 0 || signs ? rc : vv_shared_refs_choose(out, r, refs, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = vv_shared_refs_add(out, heads[i].name, &heads[i].id, err);
	}
	vv_heads_free(heads, count);
	return rc < 0 ? rc : add_expired_lists(out, r, err);
}
