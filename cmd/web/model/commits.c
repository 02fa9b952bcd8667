/*
 * commits: which revisions strangers may name.
 */
#include "cmd/web/model/commits.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/day.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/history.h"
#include "repo/git/history/mailmap.h"

const vv_web_commit vv_web_none = {.none = true,
				   .hex = "0000000000000000000000000000000000000000",
				   .brief = "00000000",
				   .subject = "",
				   .body = "",
				   .author = ""};

vv_status vv_web_commit_read(vv_web_visit *v, const vv_oid *id, vv_web_commit *out, vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	const char *body;
	size_t len;
	vv_status rc = vv_mailmap_commit_read(v->repo, id, &c, err);

	if (rc < 0) return rc;
	const char *subject = vv_commit_subject(&c, &len);
	for (body = subject + len; *body == '\n' || *body == '\r'; body++) {
	}
	*out = (vv_web_commit){.id = *id,
			       .time = c.author.time,
			       .offset_min = c.author.offset_min,
			       .subject = vv_web_keep(v, subject, len),
			       .body = vv_web_keep_text(v, body),
			       .author = vv_web_keep_text(v, c.author.name ? c.author.name : ""),
			       .parent_count = c.parent_count};
	vv_oid_text(out->hex, id);
	memcpy(out->brief, out->hex, 8); /* and the NUL is there */
	vv_oid *parents = vv_arena_alloc(&v->arena, (c.parent_count + 1) * sizeof(*parents));
	if (!parents) return vv_fail_nomem(err);
	if (c.parent_count > 0) {
		memcpy(parents, c.parents, c.parent_count * sizeof(*parents));
	}
	out->parents = parents;
	return VV_OK;
}

/* --- names ----------------------------------------------------------------------------------- */

bool vv_web_rev_is_fit(const char *rev)
{
	return rev[0] != '\0' && rev[0] != '-' && strlen(rev) <= 256 &&
	       !strpbrk(rev, ":{}?*[\\ \t") && strcmp(rev, "@") != 0;
}

static vv_status not_shown(const char *rev, vv_error *err)
{
	vv_error_clear(err);
	return vv_fail(err, VV_ENOTFOUND,
		       "version '%s' does not exist, or no branch or tag reaches it\n"
		       "name a branch, a tag, a commit, or a day as YYYY-MM-DD, such as 2024-12-31",
		       vv_text_shows(rev));
}

static vv_status is_shown(vv_web_visit *v, const vv_oid *id, bool *shown, vv_error *err)
{
	*shown = true;
	return v->reach ? vv_reachable_commits(v->reach, id, 1, shown, err) : VV_OK;
}

static vv_status head_commit(vv_web_visit *v, vv_oid *out, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	bool shown;
	vv_status rc = vv_head_read(v->repo, &head, err);

	if (rc < 0) return rc;
	*out = head.commit;
	if (head.unborn) {
		rc = vv_fail(err, VV_ENOTFOUND, "HEAD's branch has no commits yet");
	}
	if (head.unborn && !v->reach) {
		vv_hint(err, "make one with 'varve add FILE' and 'varve commit'");
	}
	if (rc == VV_OK && (rc = is_shown(v, out, &shown, err)) == VV_OK && !shown) {
		rc = not_shown("HEAD", err);
	}
	return rc;
}

static vv_status find_work(vv_web_visit *v, vv_web_commit *out, vv_error *err)
{
	vv_status rc;

	if (!v->work_tree || vv_repository_is_bare(v->repo)) return not_shown(VV_WEB_WORK, err);
	if ((rc = vv_web_commit_head(v, out, err)) == VV_OK) {
		out->work = true;
		(void)strcpy(out->hex, VV_WEB_WORK);
		(void)strcpy(out->brief, "work");
		out->subject = "not committed yet";
		out->body = "";
	}
	return rc;
}

vv_status vv_web_commit_find(vv_web_visit *v, const char *rev, vv_web_commit *out, bool *fixed,
			     vv_error *err)
{
	bool ignored;
	vv_oid id;
	bool shown = false;
	vv_day_word day;
	vv_error why;

	fixed = fixed ? fixed : &ignored;
	*fixed = false;
	if (strcmp(rev, VV_WEB_WORK) == 0) return find_work(v, out, err);
	if (strlen(rev) == VV_OID_TEXT && vv_rev_is_null(rev, VV_OID_TEXT)) {
		*out = vv_web_none;
		*fixed = true;
		return VV_OK;
	}
	if (!vv_web_rev_is_fit(rev)) return not_shown(rev, err);
	vv_status rc = vv_rev_commit(v->repo, rev, &id, &why);
	if (rc == VV_OK) {
		if ((rc = is_shown(v, &id, &shown, err)) < 0) return rc;
	} else if (rc != VV_ENOTFOUND && rc != VV_EUSAGE && rc != VV_ECORRUPT) {
		return vv_error_copy(err, &why);
	}
	if (!shown) {
		/* near names may belong to hidden commits: strangers get only the days of shown ones */
		if (rc < 0 && (!v->reach || (vv_day_word_read(&day, rev) &&
					     head_commit(v, &id, NULL) == VV_OK))) {
			*err = why;
			return rc == VV_EUSAGE ? rc : VV_ENOTFOUND;
		}
		return not_shown(rev, err);
	}
	if ((rc = vv_web_commit_read(v, &id, out, err)) == VV_OK) {
		*fixed = strcmp(rev, out->hex) == 0;
	}
	return rc;
}

vv_status vv_web_commit_head(vv_web_visit *v, vv_web_commit *out, vv_error *err)
{
	vv_oid id;
	vv_status rc = head_commit(v, &id, err);

	return rc < 0 ? rc : vv_web_commit_read(v, &id, out, err);
}

vv_status vv_web_commit_before(vv_web_visit *v, const vv_web_commit *c, vv_web_commit *out,
			       vv_error *err)
{
	if (c->work) return vv_web_commit_read(v, &c->id, out, err);
	if (c->none || c->parent_count == 0) {
		*out = vv_web_none;
		return VV_OK;
	}
	return vv_web_commit_read(v, &c->parents[0], out, err);
}

vv_status vv_web_commit_base(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			     vv_web_commit *out, vv_error *err)
{
	vv_oid id;

	/* the work tree has no descendants */
	*out = a->work && !b->none ? *a : vv_web_none;
	if (a->none || b->none || a->work) return VV_OK;
	vv_status rc = vv_merge_base(v->repo, &a->id, &b->id, &id, err);
	return rc < 0 ? vv_missing_ok(rc, err) : vv_web_commit_read(v, &id, out, err);
}

/* --- branches and tags ------------------------------------------------------------------------ */

typedef struct listed {
	vv_web_visit *v;
	vv_hidden_refs hidden;
	char *head; /* the branch that HEAD names */
	/* of branches of remotes: HEAD's upstream; NULL: none */
	const vv_oid *upstream;
	vv_web_ref *items;
	size_t count, cap;
} listed;

static void clear_listed(listed *l)
{
	vv_hidden_refs_clear(&l->hidden);
	vv_free(l->items);
}
VV_AUTO_CLEAR(listed, clear_listed)

static vv_status add_listed(listed *l, const vv_ref *ref, vv_error *err)
{
	bool tag = strncmp(ref->name, "refs/tags/", 10) == 0;
	const size_t before = strncmp(ref->name, "refs/remotes/", 13) == 0 ? 13 : 10 + !tag;

	if (vv_oid_is_null(&ref->commit)) return VV_OK;
	const vv_web_ref r = {.name = vv_web_keep_text(l->v, ref->name + before),
			      .tag = tag,
			      .head = l->head && strcmp(l->head, ref->name) == 0};
	if (!vv_array_add(l->items, l->count, l->cap, r)) return vv_fail_nomem(err);
	return vv_web_commit_read(l->v, &ref->commit, &l->items[l->count - 1].commit, err);
}

static vv_status on_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	listed *l = payload;

	return vv_ref_is_shown(&l->hidden, ref->name) ? add_listed(l, ref, err) : VV_OK;
}

static int by_place(const void *x, const void *y)
{
	const vv_web_ref *a = x, *b = y;

	if (a->tag != b->tag) return a->tag ? 1 : -1;
	if (a->head != b->head) return a->head ? -1 : 1;
	if (a->commit.time != b->commit.time) return a->commit.time > b->commit.time ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Sorts the refs, and copies at most `most` branches and `most` tags to *out. */
static vv_status sort_listed(listed *l, size_t most, vv_web_ref **out, size_t *count, vv_error *err)
{
	size_t kept = 0, of[2] = {0, 0};

	if (l->count > 0) {
		qsort(l->items, l->count, sizeof(*l->items), by_place);
	}
	vv_array_each(l->items, l->count, it) {
		if (of[it->tag]++ < most) {
			l->items[kept++] = *it;
		}
	}
	if (!(*out = vv_arena_alloc(&l->v->arena, (kept + 1) * sizeof(**out)))) {
		return vv_fail_nomem(err);
	}
	if (kept > 0) {
		memcpy(*out, l->items, kept * sizeof(**out));
	}
	*count = kept;
	return VV_OK;
}

static vv_status on_remote_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	listed *l = payload;
	const char *slash = strrchr(ref->name, '/');
	bool known = false;
	vv_status rc = VV_OK;

	if (vv_oid_is_null(&ref->commit) || strcmp(slash, "/HEAD") == 0 ||
	    strstr(ref->name, "/varve-heads/")) { /* signed heads of a host */
		return VV_OK;
	}
	if (l->upstream) {
		rc = vv_is_ancestor(l->v->repo, &ref->commit, l->upstream, &known, err);
	}
	return rc < 0 || known ? rc : add_listed(l, ref, err);
}

vv_status vv_web_remote_refs(vv_web_visit *v, size_t most, vv_web_ref **out, size_t *count,
			     vv_error *err)
{
	vv_auto(listed) l = {.v = v};
	vv_oid upstream;
	vv_status rc;

	*out = NULL;
	*count = 0;
	if (!v->work_tree) return VV_OK;
	if (vv_rev_commit(v->repo, "@{upstream}", &upstream, VV_IGNORED) == VV_OK) {
		l.upstream = &upstream;
	}
	rc = vv_refs_each(v->repo, "refs/remotes/", on_remote_ref, &l, err);
	return rc < 0 ? rc : sort_listed(&l, most, out, count, err);
}

vv_status vv_web_refs(vv_web_visit *v, size_t most, vv_web_ref **out, size_t *count, vv_error *err)
{
	vv_auto(listed) l = {.v = v};
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*out = NULL;
	*count = 0;
	if ((rc = vv_hidden_refs_load(&l.hidden, v->repo, "uploadpack", err)) < 0 ||
	    (rc = vv_head_read(v->repo, &head, err)) < 0) {
		return rc;
	}
	l.head = head.branch;
	if ((rc = vv_refs_each(v->repo, "refs/heads/", on_ref, &l, err)) < 0 ||
	    (rc = vv_refs_each(v->repo, "refs/tags/", on_ref, &l, err)) < 0) {
		return rc;
	}
	return sort_listed(&l, most, out, count, err);
}
