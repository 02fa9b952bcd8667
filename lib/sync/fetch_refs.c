/*
 * fetch_refs: what refspecs mean for the refs of a remote.
 */
#include "lib/sync/fetch_refs.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/send.h"

void vv_ref_plan_clear(vv_ref_plan *p)
{
	vv_free(p->moves);
	vv_arena_clear(&p->arena);
	memset(p, 0, sizeof(*p));
}

const vv_ref_move *vv_ref_plan_find(const vv_ref_plan *p, const char *from)
{
	return vv_array_find(p->moves, p->count, it, strcmp(it->from, from) == 0);
}

const vv_oid *vv_ref_plan_detached(const vv_ref_plan *p)
{
	const vv_ref_move *m = vv_ref_plan_find(p, "HEAD");

	return m && !m->behind && !vv_oid_is_null(&m->id) ? &m->id : NULL;
}

static const char *copy_text(vv_ref_plan *p, const char *text)
{
	return vv_arena_strndup(&p->arena, text, strlen(text));
}

static vv_status add_move(vv_ref_plan *p, const char *from, const char *to, const vv_oid *id,
			  bool force, bool for_merge, vv_error *err)
{
	vv_ref_move *same = vv_array_find(p->moves, p->count, it,
					  to && it->to && strcmp(it->to, to) == 0);
	if (same) {
		same->for_merge |= for_merge;
		if (vv_oid_equal(&same->id, id)) return VV_OK;
		return vv_fail(err, VV_EUSAGE, "'%s' and '%s' would both become '%s'",
			       vv_text_shows(same->from), vv_text_shows(from), vv_text_shows(to));
	}
	const vv_ref_move m = {.from = copy_text(p, from),
			       .to = to ? copy_text(p, to) : NULL,
			       .id = *id,
			       .force = force,
			       .for_merge = for_merge};
	return m.from && (!to || m.to) && vv_array_add(p->moves, p->count, p->cap, m)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Branches and tags, then what else a Git host has. */
static size_t count_refs(const vv_hello *h)
{
	return h->ref_count + h->other_count;
}

static const vv_remote_ref *ref_at(const vv_hello *h, size_t i)
{
	return i < h->ref_count ? &h->refs[i] : &h->others[i - h->ref_count];
}

/* The remote's ref that a word names: whole, without "refs/", or a branch, or a tag. */
static const vv_remote_ref *find_ref(const vv_hello *h, const char *word)
{
	static const char *const prefixes[] = {"", "refs/", "refs/heads/", "refs/tags/"};

	if (strcmp(word, "HEAD") == 0 || word[0] == '\0') {
		word = h->head ? h->head : "HEAD"; /* a detached one is among the others */
	}
	for (size_t k = 0; k < sizeof(prefixes) / sizeof(prefixes[0]); k++) {
		size_t len = strlen(prefixes[k]);
		for (size_t i = 0; i < count_refs(h); i++) {
			const vv_remote_ref *ref = ref_at(h, i);
			if (strncmp(ref->name, prefixes[k], len) == 0 &&
			    strcmp(ref->name + len, word) == 0) {
				return ref;
			}
		}
	}
	return NULL;
}

static vv_status not_there(const vv_hello *h, const char *word, vv_error *err)
{
	if (count_refs(h) == 0) {
		return vv_fail(err, VV_ENOTFOUND, "the remote is empty, and does not have '%s'",
			       vv_text_shows(word));
	}
	vv_fail(err, VV_ENOTFOUND, "the remote has no branch or tag '%s'", vv_text_shows(word));
	vv_nearest near = vv_nearest_to(word);
	vv_array_each(h->refs, h->ref_count, ref) {
		const char *name = ref->name;
		(void)vv_nearest_try(&near,
				     strncmp(name, "refs/heads/", 11) == 0 ? name + 11 : name);
	}
	if (near.best) return vv_hint(err, "did you mean '%s'?", vv_text_shows(near.best));
	return vv_hint_code(err, VV_HINT_FETCH_BRANCHES);
}

/* The local ref for a word on the right of ':', in the folder of its source's kind. */
static const char *local_name(vv_ref_plan *p, const char *to, const char *from)
{
	if (strncmp(to, "refs/", 5) == 0) return to;
	bool tag = strncmp(from, "refs/tags/", 10) == 0;
	return vv_arena_printf(&p->arena, "refs/%s/%s", tag ? "tags" : "heads", to);
}

static vv_status track_ref(vv_ref_plan *p, const vv_ref_plan_options *o, const vv_remote_ref *ref,
			   vv_error *err)
{
	vv_status rc = VV_OK;
	vv_array_each(o->tracking, o->tracking_count, it) {
		vv_auto(char) *to = vv_refspec_map(it, ref->name, &rc);
		if (rc < 0) return vv_fail_nomem(err);
		if (to && (rc = add_move(p, ref->name, to, &ref->id, it->force || o->force, false,
					 err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* A refspec without '*', from the command line (or a configured one). */
static vv_status plan_one(vv_ref_plan *p, const vv_hello *h, const vv_ref_plan_options *o,
			  const vv_refspec *s, bool first, vv_error *err)
{
	const vv_remote_ref *ref = find_ref(h, s->from);
	vv_status rc;

	if (!ref) return not_there(h, s->from, err);
	if (s->to && s->to[0] != '\0') {
		const char *to = local_name(p, s->to, ref->name);
		if (!to) return vv_fail_nomem(err);
		rc = add_move(p, ref->name, to, &ref->id, s->force || o->force, first, err);
	} else {
		rc = add_move(p, ref->name, NULL, &ref->id, true, first, err);
	}
	return rc < 0 ? rc : track_ref(p, o, ref, err);
}

static vv_status plan_pattern(vv_ref_plan *p, const vv_hello *h, const vv_ref_plan_options *o,
			      const vv_refspec *s, vv_error *err)
{
	vv_status rc = VV_OK;
	for (size_t i = 0; rc == VV_OK && i < count_refs(h); i++) {
		const vv_remote_ref *ref = ref_at(h, i);
		vv_auto(char) *to = vv_refspec_map(s, ref->name, &rc);
		if (rc < 0) return vv_fail_nomem(err);
		if (to) {
			bool merge = o->merge && strcmp(o->merge, ref->name) == 0;
			rc = add_move(p, ref->name, to, &ref->id, s->force || o->force, merge, err);
		}
	}
	return rc;
}

static vv_status add_tags(vv_ref_plan *p, const vv_hello *h, bool force, vv_error *err)
{
	vv_status rc = VV_OK;
	vv_array_each(h->refs, h->ref_count, ref) {
		const char *name = ref->name;
		if (strncmp(name, "refs/tags/", 10) == 0 &&
		    (rc = add_move(p, name, name, &ref->id, force, false, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- local refs ------------------------------------------------------------------------- */

typedef struct pruning {
	vv_ref_plan *p;
	const vv_hello *h;
	const vv_refspec *spec;
} pruning;

/* A tracking ref whose branch is gone there. */
static vv_status prune_one(void *payload, const vv_ref *ref, vv_error *err)
{
	pruning *g = payload;
	const vv_refspec back = {g->spec->to, g->spec->from, false};
	const vv_oid none = {{0}};
	vv_status rc;
	vv_auto(char) *from = ref->symbolic ? NULL : vv_refspec_map(&back, ref->name, &rc);

	if (!from) return VV_OK;
	const size_t count = count_refs(g->h);
	const bool there = vv_find_place(i, count, strcmp(ref_at(g->h, i)->name, from) == 0) <
			   count;
	return there ? VV_OK : add_move(g->p, from, ref->name, &none, true, false, err);
}

void vv_ref_move_to(vv_ref_move *m, const vv_oid *id)
{
	m->id = *id;
	m->refused = m->to && strncmp(m->to, "refs/tags/", 10) == 0 && !m->force &&
		     !vv_oid_is_null(&m->old) && !vv_oid_equal(&m->old, &m->id);
}

/* The values that refs have here now. */
static vv_status compare_refs(vv_ref_plan *p, vv_repository *r, size_t from, vv_error *err)
{
	vv_status rc;

	for (size_t i = from; i < p->count; i++) {
		vv_auto(vv_ref) ref = {0};
		vv_ref_move *m = &p->moves[i];

		if (!m->to) {
			continue;
		}
		if ((rc = vv_missing_ok(vv_ref_get(r, m->to, &ref, err), err)) < 0) return rc;
		m->old = ref.id;
		vv_ref_move_to(m, &m->id);
	}
	return VV_OK;
}

vv_status vv_ref_plan_make(vv_ref_plan *p, vv_repository *r, const vv_hello *h,
			   const vv_ref_plan_options *o, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < o->spec_count; i++) {
		rc = strchr(o->specs[i].from, '*') ? plan_pattern(p, h, o, &o->specs[i], err)
						   : plan_one(p, h, o, &o->specs[i], i == 0, err);
	}
	if (rc == VV_OK && o->detached && !vv_oid_is_null(&h->detached)) {
		rc = add_move(p, "HEAD", NULL, &h->detached, false, false, err);
	}
	if (rc == VV_OK && o->tags) {
		rc = add_tags(p, h, o->force, err);
	}
	for (size_t i = 0; rc == VV_OK && o->prune && i < o->tracking_count; i++) {
		pruning g = {p, h, &o->tracking[i]};
		rc = o->tracking[i].to ? vv_refs_each(r, "refs/", prune_one, &g, err) : VV_OK;
	}
	return rc < 0 ? rc : compare_refs(p, r, 0, err);
}

vv_status vv_ref_plan_stand_in(vv_ref_plan *p, vv_repository *r, const vv_remote *remote,
			       const char *folder, bool asked, vv_error *err)
{
	vv_array_each(p->moves, p->count, m) {
		bool owned = false;
		vv_status rc = m->to ? vv_remote_owns(&owned, remote, m->to, err) : VV_OK;

		if (rc < 0) return rc;
		if (owned) {
			const char *branch = strncmp(m->from, "refs/", 5) == 0 ? m->from + 5
									       : m->from;

			branch += strncmp(branch, "heads/", 6) == 0 ? 6 : 0;
			m->to = vv_arena_printf(&p->arena, "%s%s", folder, branch);
			if (!m->to) return vv_fail_nomem(err);
			m->old = (vv_oid){{0}};
			m->force = true;
		} else if (m->to && vv_oid_is_null(&m->old) && !asked) {
			m->to = NULL;
		}
	}
	return compare_refs(p, r, 0, err);
}

vv_status vv_ref_plan_follow_tags(vv_ref_plan *p, vv_repository *r, const vv_hello *h,
				  vv_error *err)
{
	const size_t from = p->count;
	vv_auto_free const vv_remote_ref **tags = vv_calloc(h->ref_count + 1, sizeof(*tags));
	vv_auto_free vv_oid *ids = vv_calloc(h->ref_count + 1, sizeof(*ids));
	vv_auto_free bool *known = vv_calloc(h->ref_count + 1, sizeof(*known));
	size_t count = 0;
	vv_status rc;

	if (!tags || !ids || !known) return vv_fail_nomem(err);
	vv_array_each(h->refs, h->ref_count, tag) {
		vv_auto(vv_ref) ref = {0};

		/* tags do not move by themselves */
		if (strncmp(tag->name, "refs/tags/", 10) == 0 &&
		    vv_ref_get(r, tag->name, &ref, VV_IGNORED) < 0) {
			ids[count] = tag->peeled;
			tags[count++] = tag;
		}
	}
	if (count == 0) return VV_OK;
	if ((rc = vv_commits_known(r, ids, count, known, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		if (known[i] && (rc = add_move(p, tags[i]->name, tags[i]->name, &tags[i]->id, false,
					       false, err)) < 0) {
			return rc;
		}
	}
	return compare_refs(p, r, from, err);
}

/* --- telling ------------------------------------------------------------------------------ */

void vv_ref_range_put(vv_buf *out, vv_repository *r, const vv_oid *old, const vv_oid *id,
		      bool forward)
{
	vv_auto(char) *a = NULL, *b = NULL;

	(void)vv_rev_short(r, old, &a, VV_IGNORED);
	(void)vv_rev_short(r, id, &b, VV_IGNORED);
	vv_buf_printf(out, forward ? "  %s.." : "+ %s...", a ? a : "?");
	vv_buf_puts(out, b ? b : "?");
}

static void print_move(const vv_ref_move *m, vv_repository *r)
{
	vv_auto(vv_buf) what = VV_BUF_INIT;
	bool forward = true;
	const char *word = "* [new ref]";

	if (vv_oid_is_null(&m->id)) {
		word = "- [gone there]";
	} else if (m->refused) {
		word = "! [not moved]";
	} else if (m->behind) {
		word = "! [stays behind]";
	} else if (!vv_oid_is_null(&m->old)) {
		word = NULL;
	} else if (strncmp(m->from, "refs/tags/", 10) == 0) {
		word = "* [new tag]";
	} else if (strncmp(m->from, "refs/heads/", 11) == 0) {
		word = "* [new branch]";
	}

	if (word) {
		vv_buf_puts(&what, word);
	} else {
		(void)vv_is_ancestor(r, &m->old, &m->id, &forward, VV_IGNORED);
		vv_ref_range_put(&what, r, &m->old, &m->id, forward);
	}
	const char *note = forward ? "" : "  (forced)";

	if (m->refused && strncmp(m->to, "refs/tags/", 10) == 0) {
		note = "  (would change the tag; use --force)";
	} else if (m->refused) {
		note = "  (not a fast-forward; use --force)";
	}
	vv_notes_put(vv_repository_notes(r), " %-20s %s -> %s%s", vv_buf_cstr(&what),
		     vv_text_shows(vv_ref_short_name(m->from)),
		     vv_text_shows(vv_ref_short_name(m->to)), note);
}

void vv_ref_plan_print(const vv_ref_plan *p, vv_repository *r, const char *url, bool quiet)
{
	bool head = false;

	vv_array_each(p->moves, p->count, m) {
		if (!m->to || vv_oid_equal(&m->old, &m->id) ||
		    (quiet && !m->refused && !m->behind)) {
			continue;
		}
		if (!head) {
			vv_notes_put(vv_repository_notes(r), "From %s", vv_text_url(url));
			head = true;
		}
		print_move(m, r);
	}
}

vv_status vv_ref_plan_write(const vv_ref_plan *p, vv_repository *r, const char *url, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT, shown = VV_BUF_INIT;
	vv_auto(char) *path = vv_path_join(vv_repository_gitdir(r), "FETCH_HEAD", (char *)NULL);

	vv_text_put_url(&shown, url); /* 'git merge FETCH_HEAD' has it in the commit's message */
	for (int pass = 0; pass < 2; pass++) {
		vv_array_each(p->moves, p->count, m) {
			if (m->for_merge != (pass == 0) || vv_oid_is_null(&m->id) || m->behind) {
				continue;
			}
			const char *kind = "", *name = m->from;

			if (strncmp(m->from, "refs/tags/", 10) == 0) {
				kind = "tag ";
				name += 10;
			} else if (strncmp(m->from, "refs/heads/", 11) == 0) {
				kind = "branch ";
				name += 11;
			}
			vv_buf_printf(&b, "%s\t%s\t%s'%s' of %s\n",
				      vv_oid_shows(m->is_signed ? &m->signed_id : &m->id),
				      pass == 0 ? "" : "not-for-merge", kind, name,
				      vv_buf_cstr(&shown));
		}
	}
	vv_status rc = path && !shown.failed ? vv_buf_ok(&b, err) : vv_fail_nomem(err);
	if (rc < 0) return rc;
	return vv_write_file(path, b.data ? b.data : "", b.len, false, err);
}

/* --- moving ------------------------------------------------------------------------------- */

bool vv_ref_moves(const vv_ref_move *m)
{
	return m->to && !m->refused && !m->behind && !vv_oid_equal(&m->old, &m->id);
}

/* Does a work tree have the branch checked out? */
static vv_status check_current(vv_repository *r, vv_ref_move *m, vv_error *err)
{
	vv_auto(char) *where = NULL;
	vv_status rc = vv_branch_checked_out(r, m->to, &where, err);

	if (rc == VV_OK && where && !vv_repository_is_bare(r)) {
		vv_fail(err, VV_EREFUSED,
			"fetch would move the branch '%s', which is checked out in %s",
			vv_text_shows(m->to + 11), vv_text_shows(where));
		rc = vv_hint_code(err, VV_HINT_PULL);
	}
	return rc;
}

vv_status vv_ref_plan_check_current(vv_ref_plan *p, vv_repository *r, vv_error *err)
{
	vv_status rc;

	vv_array_each(p->moves, p->count, m) {
		if (vv_ref_moves(m) && strncmp(m->to, "refs/heads/", 11) == 0 &&
		    (rc = check_current(r, m, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_ref_plan_changes(vv_ref_plan *p, vv_repository *r, bool forward, bool may_be_older,
			      vv_ref_change **out, size_t *count, vv_error *err)
{
	*count = 0;
	*out = vv_calloc(p->count + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	vv_array_each(p->moves, p->count, m) {
		bool is_forward = !forward, older = false;
		vv_status rc = VV_OK;

		if (m->done || !vv_ref_moves(m) ||
		    (!m->force && !vv_oid_is_null(&m->old)) != forward) {
			continue;
		}
		if (forward) {
			rc = vv_is_ancestor(r, &m->old, &m->id, &is_forward, err);
		}
		if (rc == VV_OK && !is_forward && may_be_older) {
			rc = vv_is_ancestor(r, &m->id, &m->old, &older, err);
		}
		if (rc < 0) return rc;
		if (!is_forward) {
			m->refused = !older;
			m->to = older ? NULL : m->to;
			continue;
		}
		(*out)[(*count)++] = (vv_ref_change){m->to, vv_oid_is_null(&m->id) ? NULL : &m->id,
						     &m->old, true};
	}
	return VV_OK;
}

void vv_ref_plan_done(vv_ref_plan *p, const char *to)
{
	vv_array_each(p->moves, p->count, m) {
		m->done |= m->to && !m->behind && strcmp(m->to, to) == 0;
	}
}

size_t vv_ref_plan_count_done(const vv_ref_plan *p)
{
	size_t done = 0;

	vv_array_each(p->moves, p->count, move) {
		done += move->done && move->to;
	}
	return done;
}
