/*
 * verify: checks the newest version's signer, here or in a copy, against the heads seen before, and that the blocks
 * are present.
 */
#include <string.h>

#include "base/file.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/format/dialect.h"
#include "lib/heads/git_signed.h"
#include "lib/heads/judge.h"
#include "lib/heads/named.h"
#include "lib/heads/outside_time.h"
#include "lib/heads/seen.h"
#include "lib/heads/shown_refs.h"
#include "lib/heads/signed_files.h"
#include "lib/heads/verdict.h"
#include "lib/publish/folder_check.h"
#include "lib/remotes/proof.h"
#include "lib/remotes/remote_folder.h"
#include "lib/sync/expired_lists.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/head_record.h"
#include "repo/git/history/history.h"
#include "repo/git/history/refs.h"

typedef struct options {
	const char *format;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_POSITIVE(
		0, "timeout", timeout, "SECONDS",
		"stop waiting for the other side after this long without a byte (default: varve.timeout, or 10 for the first byte, then 60)"),
	OPT_JSON("the output format"),
};

/* Git's answer about its own signature. */
typedef struct git_word {
	const char *type;
	vv_oid id;
	bool accepted;
	vv_buf said; /* empty: it is not signed */
} git_word;

typedef struct verifying {
	vv_context *c;
	vv_heads_seen seen;
	bool reached;    /* a copy that refuses earlier shows nothing */
	uint64_t differ; /* refs that are neither where the newest head has them nor after it */
	vv_outside_time time; /* of the newest head */
	uint64_t covered;     /* refs whose files are those that it covers by SHA-256 */
	vv_buf uncovered;     /* refs whose files were not compared, a line each */
	vv_buf lists; /* sentences about lists of expired versions that do not count or are missing, a line each */
	vv_buf refs; /* messages about refs that are not at its ids or have other files, a line each */
	vv_buf unsigned_refs; /* branches and tags that no head lists, a line each */
	char *head;           /* the branch of HEAD, if no head lists it; else NULL */
	char *folder;         /* of this machine; NULL: it is none */
	vv_folder_checked all;
	vv_proof_sample some; /* of another copy */
	git_word commit, tag; /* the newest ones */
} verifying;

static void verifying_clear(verifying *v)
{
	vv_heads_seen_clear(&v->seen);
	vv_folder_checked_clear(&v->all);
	vv_buf_clear_all(&v->commit.said, &v->tag.said, &v->refs, &v->unsigned_refs, &v->uncovered,
			 &v->lists);
	vv_free_all(v->folder, v->head);
}
VV_AUTO_CLEAR(verifying, verifying_clear)

/* A ref's id there, or (hello NULL) here; null: absent. */
static vv_oid find_shown(const verifying *v, const vv_hello *hello, const char *name)
{
	vv_auto(vv_ref) ref = {0};

	for (size_t i = 0; hello && i < hello->ref_count; i++) {
		if (strcmp(hello->refs[i].name, name) == 0) return hello->refs[i].id;
	}
	return !hello && vv_ref_get(v->c->repo, name, &ref, VV_IGNORED) == VV_OK ? ref.id
										 : (vv_oid){{0}};
}

/* The refs that the newest head names; a peer's may be missing here. */
static vv_status compare_refs(verifying *v, const vv_hello *hello, vv_error *err)
{
	const char *p = vv_buf_cstr(&v->seen.judged.newest.refs);
	vv_head_ref named;

	while (vv_head_refs_next(&named, &p)) {
		vv_auto(vv_buf) name = VV_BUF_INIT;
		vv_verdict is;
		bool known;

		vv_buf_put(&name, named.name, named.len);
		vv_status rc = vv_buf_ok(&name, err);
		if (rc < 0) return rc;
		const vv_oid shown = find_shown(v, hello, name.data);
		const bool there = !vv_oid_is_null(&shown);
		if (!there && !hello) {
			continue; /* a copy may lack branches */
		}
		if ((rc = vv_commits_known(v->c->repo, &shown, 1, &known, err)) < 0 ||
		    (rc = vv_verdict_of(&is, &v->seen.judged, v->c->repo, name.data, &shown, err)) <
			    0) {
			return rc;
		}
		v->differ += is.is > VV_AFTER_SIGNED;
		if (is.is == VV_NOT_SIGNED && !known) {
			vv_buf_printf(&v->refs,
				      there ? "%s is at commit %.10s, which was not fetched here\n"
					    : "%s is missing there\n",
				      vv_text_shows(vv_ref_short_name(name.data)),
				      vv_oid_shows(&shown));
		} else if (is.is != VV_AS_SIGNED) {
			vv_verdict_put(&v->refs, &is, &v->seen.judged, name.data);
			vv_buf_putc(&v->refs, '\n');
		}
	}
	return vv_buf_ok(&v->refs, err);
}

/* Compares the files here at each ref of the newest head with its SHA-256 of them. */
static vv_status compare_content(verifying *v, vv_error *err)
{
	vv_repository *r = v->c->repo;
	vv_head_commit *head = &v->seen.judged.newest;
	vv_auto(vv_sha256_ids) *ids = vv_sha256_ids_new(r);
	const char *at = vv_buf_cstr(&head->refs);
	vv_head_ref ref;
	vv_status rc = ids ? vv_signed_files_read(head, r, err) : vv_fail_nomem(err);

	while (rc == VV_OK && vv_head_refs_next(&ref, &at)) {
		vv_auto(char) *name = vv_strndup(ref.name, ref.len);
		vv_files_verdict is;

		if ((rc = vv_alloc_ok(name, err)) < 0 ||
		    (rc = vv_signed_files_compare(&is, head, ids, name, err)) < 0) {
			return rc;
		}
		if (is == VV_FILES_DIFFERS) {
			v->differ++;
			vv_buf_printf(
				&v->refs,
				"%s has other files than those of its signed head, number %llu\n",
				vv_text_shows(vv_ref_short_name(name)),
				(unsigned long long)head->record.number);
		} else if (is == VV_FILES_SAME) {
			v->covered++;
		} else {
			vv_buf_printf(&v->uncovered, "%s\n", name);
		}
	}
	rc = rc < 0 ? rc : vv_buf_ok(&v->uncovered, err);
	return rc < 0 ? rc : vv_buf_ok(&v->refs, err);
}

static vv_status add_unsigned(void *payload, const vv_ref *ref, vv_error *err)
{
	verifying *v = payload;
	bool is = true;
	const vv_status rc = vv_judged_names(&v->seen.judged, v->c->repo, ref->name, NULL, &is,
					     err);

	if (rc < 0 || is) return rc;
	vv_buf_printf(&v->unsigned_refs, "%s\n", ref->name);
	return vv_buf_ok(&v->unsigned_refs, err);
}

/* The branches and tags there or, without hello, here that no head lists. */
static vv_status list_unsigned(verifying *v, const vv_hello *hello, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_repository *r = v->c->repo;
	vv_status rc = VV_OK;

	if (!hello && ((rc = vv_refs_each(r, "refs/heads/", add_unsigned, v, err)) < 0 ||
		       (rc = vv_refs_each(r, "refs/tags/", add_unsigned, v, err)) < 0 ||
		       (rc = vv_head_read(r, &head, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; hello && rc == VV_OK && i < hello->ref_count; i++) {
		const vv_ref ref = {.name = (char *)(uintptr_t)hello->refs[i].name};
		rc = add_unsigned(v, &ref, err);
	}
	const char *branch = hello ? hello->head : head.branch;
	if (rc == VV_OK && branch && vv_shown_refs_lacks(&v->unsigned_refs, branch)) {
		rc = vv_text_set(&v->head, branch, err);
	}
	return rc;
}

/* The newest tag here, where the copy's head names it, too. */
static vv_status ask_of_tag(verifying *v, bool here, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_oid named;
	vv_status rc = vv_git_signed_tag(&name, &v->tag.id, v->c->repo, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	if (!here && (!v->seen.judged.has_newest ||
		      !vv_head_commit_ref(&v->seen.judged.newest, name.data, &named) ||
		      !vv_oid_equal(&named, &v->tag.id))) {
		return VV_OK;
	}
	v->tag.type = "tag";
	return vv_git_signed_ask(&v->tag.said, &v->tag.accepted, v->c->repo, &v->tag.id, true, err);
}

/* Has git verify HEAD's branch, if it exists. */
static vv_status ask_git(verifying *v, const vv_hello *there, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	const char *branch = there ? there->head : NULL;
	bool known = false;
	vv_status rc = VV_OK;

	if (!there && (rc = vv_head_read(v->c->repo, &head, err)) < 0) return rc;
	v->commit.id = head.commit;
	known = !there && !vv_oid_is_null(&head.commit);
	if (branch && vv_head_commit_ref(&v->seen.judged.newest, branch, &v->commit.id)) {
		rc = vv_commits_known(v->c->repo, &v->commit.id, 1, &known, err);
	}
	v->commit.type = "commit";
	if (rc == VV_OK && known) {
		rc = vv_git_signed_ask(&v->commit.said, &v->commit.accepted, v->c->repo,
				       &v->commit.id, false, err);
	}
	return rc < 0 ? rc : ask_of_tag(v, !there, err);
}

static vv_status add_left_list(void *payload, const vv_expired_left *l, vv_error *err)
{
	vv_buf *lists = payload;

	vv_expired_left_put(lists, l);
	vv_buf_putc(lists, '\n');
	return vv_buf_ok(lists, err);
}

/* The lists of expired versions here or, with `there`, of a copy. */
static vv_status look_at_lists(verifying *v, const vv_reached *there, const char *url,
			       vv_error *err)
{
	vv_auto(vv_expired) *theirs = NULL;
	const vv_expired *ours;
	vv_status rc = vv_expired_read(&ours, v->c->repo, err);

	if (rc < 0) return rc;
	if (!there) return vv_expired_left_each(ours, add_left_list, &v->lists, err);
	if ((rc = vv_expired_lists_open(&theirs, v->c->repo, there, url, err)) < 0 ||
	    (rc = vv_expired_left_each(theirs, add_left_list, &v->lists, err)) < 0) {
		return rc;
	}
	const uint64_t lacks = vv_expired_lacks(theirs, ours);
	if (lacks > 0) {
		vv_buf_printf(
			&v->lists,
			"its lists of expired versions are older than those here: they lack %s\n",
			vv_text_counted(lacks, "version", NULL));
	}
	return vv_buf_ok(&v->lists, err);
}

static vv_status verify_here(verifying *v, vv_error *err)
{
	vv_trust trust;
	size_t count;
	vv_status rc = vv_trust_read(&trust, v->c->repo, err);

	if (rc < 0 || (rc = vv_heads_judge_here(&v->seen.judged, &count, v->c->repo, &trust,
						&vv_notes_stderr, err)) < 0) {
		return rc;
	}
	v->seen.any = count > 0 || trust.known;
	if ((rc = ask_git(v, NULL, err)) < 0 || !v->seen.judged.has_newest ||
	    (rc = compare_refs(v, NULL, err)) < 0 || (rc = compare_content(v, err)) < 0 ||
	    (rc = look_at_lists(v, NULL, NULL, err)) < 0) {
		return rc;
	}
	return list_unsigned(v, NULL, err);
}

/* Reads all packs of a folder on this machine. *sound false: some are damaged and named, and its heads are not looked at. */
static vv_status read_folder(verifying *v, const vv_remote *m, bool *sound, vv_error *err)
{
	vv_auto(vv_buf) folder = VV_BUF_INIT;
	vv_status rc;

	*sound = true;
	if (strstr(m->url, "://") || !vv_folder_path_is(m->url)) return VV_OK;
	if ((rc = vv_folder_url_put(&folder, m->url, err)) < 0) return rc;
	if (!(v->folder = vv_buf_detach(&folder))) return vv_fail_nomem(err);
	if ((rc = vv_folder_check(&v->all, v->c->repo, v->folder, &vv_notes_stderr, err)) < 0) {
		return rc;
	}
	*sound = v->all.damaged.len == 0;
	return VV_OK;
}

/* Brings a host's history, which stays until it is closed; for a peer the commits here suffice. */
static vv_status bring_history(const vv_reached *there, vv_error *err)
{
	const vv_hello *h = there->hello;
	vv_auto_free const char **names = vv_calloc(h->ref_count + 1, sizeof(*names));
	vv_auto_free vv_oid *ids = vv_calloc(h->ref_count + 1, sizeof(*ids));

	if (!names || !ids) return vv_fail_nomem(err);
	for (size_t i = 0; i < h->ref_count; i++) {
		names[i] = h->refs[i].name;
	}
	return there->host ? vv_git_host_history(there->host, names, h->ref_count, ids, err)
			   : VV_OK;
}

static vv_status verify_there(verifying *v, const char *word, bool *sound, vv_error *err)
{
	const options *o = v->c->options;
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_remote) m = {.name = NULL};
	vv_auto(vv_reached) there = {0};
	vv_status rc;

	if ((rc = vv_remote_find(&m, v->c->repo, word, err)) < 0 ||
	    (rc = vv_transfer_open(&t, v->c->repo, &vv_notes_stderr, true, o->timeout, err)) < 0 ||
	    (rc = read_folder(v, &m, sound, err)) < 0 || !*sound ||
	    (rc = vv_reach(&there, &t, &m, false, err)) < 0) {
		return rc;
	}
	v->reached = there.reading = true;
	rc = vv_heads_see(&v->seen, v->c->repo, &there, m.url, VV_HEADS_COPY, &vv_notes_stderr,
			  err);
	if (rc < 0 || !v->seen.judged.has_newest || (rc = bring_history(&there, err)) < 0 ||
	    (rc = compare_refs(v, there.hello, err)) < 0 || (rc = compare_content(v, err)) < 0 ||
	    (rc = list_unsigned(v, there.hello, err)) < 0 ||
	    (rc = look_at_lists(v, &there, m.url, err)) < 0) {
		return rc;
	}
	rc = v->folder ? VV_OK : vv_proof_ask_some(&v->some, &there, v->c->repo, err);
	return rc < 0 ? rc : ask_git(v, there.hello, err);
}

/* Is something there that was not signed, or something not there that was? */
static bool is_other(const verifying *v)
{
	return v->differ > 0 || v->some.lost > 0 || v->time.is == VV_OUTSIDE_FALSE;
}

/* The newest head's time, as far as it is known. */
static vv_status judge_time(verifying *v, vv_error *err)
{
	vv_auto(vv_authorities) *a = NULL;
	const vv_status rc = vv_outside_authorities(&a, v->c->repo, err);

	return rc < 0 ? rc : vv_outside_time_of(&v->time, &v->seen.judged.newest, a, err);
}

/* Verifies all copies that answer; the newest is the result, and no copy may show something else than was signed. */
static vv_status verify_named(verifying *best, const char *name, vv_error *err)
{
	vv_auto(vv_named) n = {.mirrors = VV_BUF_INIT};
	const char *url = NULL;
	bool sound;
	vv_error why;

	if (vv_named_mirrors(&n, best->c->repo, name, NULL, err) < 0) return err->code;
	while ((url = vv_named_mirror(&n, url))) {
		vv_auto(verifying) v = {.c = best->c};
		const vv_judged *now = &v.seen.judged, *known = &best->seen.judged;
		vv_status rc = verify_there(&v, url, &sound, &why);

		if (rc == VV_ENOMEM) return vv_fail_nomem(err);
		const bool alien = rc == VV_OK && sound && now->has_newest &&
				   (memcmp(now->trust.owner, n.owner, VV_KEY_PUBLIC) != 0 ||
				    strcmp(now->trust.name, n.name) != 0);

		/* A rollback, a fork or another's head is something else than was signed. */
		if (rc == VV_ECORRUPT || (rc == VV_EREFUSED && v.reached) ||
		    (rc == VV_OK && !sound) || alien) {
			best->c->code = VV_EXIT_NO;
		}
		if (rc == VV_OK && !sound) {
			rc = vv_fail(&why, VV_ECORRUPT, "some of its files are damaged or missing");
		} else if (rc == VV_OK && !now->has_newest) {
			rc = vv_fail(&why, VV_EREFUSED, "it has no signed head");
		} else if (alien) {
			rc = vv_fail(&why, VV_EREFUSED, "it is another repository");
		}
		if (rc < 0) {
			vv_warn("%s is left out: %s", vv_text_url(url), why.message);
			continue;
		}
		vv_note("%s has number %llu", vv_text_url(url),
			(unsigned long long)now->newest.record.number);
		if (is_other(&v) || v.refs.len > 0) { /* a copy is not ahead */
			best->c->code = VV_EXIT_NO;
			vv_warn("%s differs from its signed version: 'varve verify %s' shows how",
				vv_text_url(url), vv_text_word(vv_text_url(url)));
		}
		if (!known->has_newest ||
		    vv_head_record_is_newer(&now->newest.record, &known->newest.record)) {
			const verifying before = *best;
			*best = v;
			v = before;
		}
	}
	if (best->seen.judged.has_newest) return VV_OK;
	return best->c->code == VV_EXIT_NO
		       ? vv_fail(err, VV_EREFUSED, "every copy of '%s' that answered was left out",
				 vv_text_url(name))
		       : vv_named_silent(name, err);
}

static vv_status print_damaged(const verifying *v, bool json, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_add_array(&w, "damagedFiles");
	for (vv_line l = {.rest = vv_buf_cstr(&v->all.damaged)}; vv_line_next(&l);) {
		vv_json_string_len(&w, l.text, l.len);
		if (!json) {
			vv_out("%s/%s: damaged or missing\n", vv_text_shows(v->folder),
			       vv_text_show(l.text, l.len));
		}
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	if (json) return vv_out_json(&b, err);
	if (strncmp(vv_buf_cstr(&v->all.damaged), VV_FOLDER_MARK "\n",
		    strlen(VV_FOLDER_MARK) + 1) == 0) {
		vv_note("hint: without the file '" VV_FOLDER_MARK
			"' varve cannot recognise '%s'; its owner must publish into a new folder",
			vv_text_shows(v->folder));
	} else {
		vv_note("hint: remove the damaged files; the owner can restore them with 'varve publish -o %s'",
			vv_text_word(v->folder));
	}
	return VV_OK;
}

static void put_time(vv_json_out *w, const vv_outside_time *t)
{
	vv_json_put_members(w, {JSON_OBJECT("timestamp")},
			    {JSON_TEXT("state", vv_outside_word(t->is))},
			    {JSON_TIME("time", t->says.time)},
			    {JSON_TEXT("authority", *t->says.authority ? t->says.authority : NULL)},
			    {JSON_TEXT("why", *t->why ? t->why : NULL)}, {JSON_END});
}

static vv_status print_json(const verifying *v, vv_error *err)
{
	const vv_head_record *r = &v->seen.judged.newest.record;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_put_members(
		&w, {JSON_TEXT("name", r->name)}, {JSON_TEXT("signer", vv_did_shows(r->key))},
		{JSON_TEXT("words", vv_did_words(r->key))}, {JSON_NUMBER("number", r->number)},
		{JSON_TIME("time", r->time)}, {JSON_TIME("expires", r->expires)},
		{JSON_BOOL("final", r->final)}, {JSON_BOOL("pinned", !v->seen.judged.first)},
		{JSON_NUMBER("differing", v->differ)}, {JSON_NUMBER("blocks", v->all.blocks)},
		{JSON_NUMBER("asked", v->some.asked)}, {JSON_NUMBER("lost", v->some.lost)},
		{JSON_ARRAY("unsigned")});
	for (vv_line l = {.rest = vv_buf_cstr(&v->unsigned_refs)}; vv_line_next(&l);) {
		vv_json_string_len(&w, l.text, l.len);
	}
	vv_json_close_array(&w);
	vv_json_put_members(&w, {JSON_NUMBER("covered", v->covered)}, {JSON_ARRAY("uncovered")});
	for (vv_line l = {.rest = vv_buf_cstr(&v->uncovered)}; vv_line_next(&l);) {
		vv_json_string_len(&w, l.text, l.len);
	}
	vv_json_close_array(&w);
	vv_json_add_array(&w, "expiredLists");
	for (vv_line l = {.rest = vv_buf_cstr(&v->lists)}; vv_line_next(&l);) {
		vv_json_string_len(&w, l.text, l.len);
	}
	vv_json_close_array(&w);
	vv_json_add_array(&w, "signatures");
	for (int i = 0; i < 2; i++) {
		const git_word *g = i == 0 ? &v->commit : &v->tag;
		if (g->said.len == 0) {
			continue;
		}
		vv_json_put_object(&w, {JSON_TEXT("type", g->type)},
				   {JSON_TEXT("id", vv_oid_shows(&g->id))},
				   {JSON_BOOL("valid", g->accepted)},
				   {JSON_TEXT("says", vv_buf_cstr(&g->said))});
	}
	vv_json_close_array(&w);
	put_time(&w, &v->time);
	vv_json_close_object(&w);
	return vv_out_json(&b, err);
}

static void print_git(const git_word *g)
{
	if (g->said.len == 0) return;
	vv_out("%s %.10s is signed, and git verify-%s %s it:\n", g->type, vv_oid_shows(&g->id),
	       g->type, g->accepted ? "accepts" : "does not accept");
	for (vv_line l = {.rest = vv_buf_cstr(&g->said)}; vv_line_next(&l);) {
		vv_out("  %s\n", vv_text_show(l.text, l.len));
	}
}

static void print_unsigned(const verifying *v)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;

	if (v->unsigned_refs.len == 0) return;
	vv_shown_refs_put(&names, &v->unsigned_refs);
	vv_out("not signed: %s\n", vv_buf_cstr(&names));
	if (v->head) {
		vv_out("HEAD is on %s, which is not signed\n",
		       vv_text_shows(vv_ref_short_name(v->head)));
	}
}

static void print_uncovered(const verifying *v)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;

	if (v->uncovered.len == 0) return;
	if (!v->seen.judged.newest.has_content) {
		vv_out("the signed head has no SHA-256 of the files: Git's SHA-1 ids alone protect them\n");
		return;
	}
	vv_shown_refs_put(&names, &v->uncovered);
	vv_out("files not compared with their SHA-256, as they are not here or were not at the signer: %s\n",
	       vv_buf_cstr(&names));
}

static void print_time(const verifying *v)
{
	const vv_outside_time *t = &v->time;
	vv_auto(vv_buf) own = VV_BUF_INIT;

	vv_buf_printf(&own, "the date %s is the signer's own word",
		      vv_text_time(v->seen.judged.newest.record.time, VV_TIME_MINUTE));
	if (t->is == VV_OUTSIDE_KNOWN) {
		vv_out("time stamp: %s by %s\n", vv_text_utc(t->says.time),
		       vv_text_shows(t->says.authority));
	} else if (t->is == VV_OUTSIDE_NONE) {
		vv_out("%s\n", vv_buf_cstr(&own));
	} else if (t->is == VV_OUTSIDE_UNCHECKED) {
		vv_out("%s: its time stamp was not checked, as varve.timestampAuthority names no "
		       "authority\n",
		       vv_buf_cstr(&own));
	} else {
		vv_out("%s: its time stamp is not valid: %s\n", vv_buf_cstr(&own), t->why);
	}
}

static vv_status print_text(const verifying *v, vv_error *err)
{
	const vv_judged *j = &v->seen.judged;
	const vv_head_record *r = &j->newest.record;
	vv_auto(vv_buf) line = VV_BUF_INIT, until = VV_BUF_INIT;

	const int64_t now = vv_now_sec();
	vv_head_put_line(&line, r->key, r->number, r->time, now);
	if (r->final) {
		vv_buf_puts(&until, ", final");
	} else if (r->expires > 0) {
		vv_buf_printf(&until, ", %s %s", r->expires > now ? "expires" : "expired",
			      vv_text_time(r->expires, VV_TIME_MINUTE));
	}
	vv_status rc = vv_buf_ok(&line, err);
	rc = rc < 0 ? rc : vv_buf_ok(&until, err);
	if (rc < 0) return rc;
	vv_out("%s: signed by %s%s\n", vv_text_shows(r->name), line.data, vv_buf_cstr(&until));
	print_time(v);
	if (j->first) {
		vv_out("the owner's key was not seen here before\n");
	}
	vv_out("%s%s", vv_buf_cstr(&v->refs), vv_buf_cstr(&v->lists));
	print_unsigned(v);
	print_uncovered(v);
	if (v->folder) {
		vv_out("all packs, tables and pages read, with %s\n",
		       vv_text_counted(v->all.blocks, "block", NULL));
	} else if (v->some.asked > 0) {
		vv_out("received a random block of %s of %s\n",
		       vv_text_count(v->some.asked - v->some.lost),
		       vv_text_counted(v->some.asked, "version", NULL));
	}
	print_git(&v->commit);
	print_git(&v->tag);
	return VV_OK;
}

static int check_verify(const vv_context *c)
{
	if (c->argc == 1 && vv_path_ends(c->argv[0], ".car")) {
		return vv_usage_error(
			"verify cannot read CAR files; use 'varve-reader verify FILE'");
	}
	if (c->argc == 1 && vv_ending_of(c->argv[0]) && vv_exists(c->argv[0])) {
		return vv_usage_error(
			"verify accepts no files: 'varve fsck --data' does it for all data here");
	}
	return c->argc <= 1 ? VV_EXIT_OK
			    : vv_usage_error("verify takes one remote, URL, name or folder");
}

static vv_status run_verify(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(verifying) v = {.c = c};
	bool sound = true;
	vv_status rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err);

	if (rc < 0 && (rc != VV_ENOTFOUND || c->argc == 0)) return rc;
	if (rc < 0) { /* outside of one: in that of the cache */
		vv_error_clear(err);
		c->urls.url = vv_strdup(c->argv[0]);
		rc = c->urls.url ? vv_context_need(c, VV_NEEDS_REPOSITORY, err)
				 : vv_fail_nomem(err);
	}
	if (rc < 0) {
		/* the folder does not have a repository to verify */
	} else if (c->argc == 0) {
		rc = verify_here(&v, err);
	} else if (vv_named_is(c->argv[0], strlen(c->argv[0]))) {
		rc = verify_named(&v, c->argv[0], err);
	} else {
		rc = verify_there(&v, c->argv[0], &sound, err);
	}

	/* the data differs from the signed data: the answer is no */
	if (rc == VV_ECORRUPT || rc == VV_EREFUSED) {
		c->code = VV_EXIT_NO;
		vv_warn("%s", err->message);
		return VV_OK;
	}
	if (rc < 0) return rc;
	if (!sound) {
		c->code = VV_EXIT_NO;
		return print_damaged(&v, vv_wants_json(o->format), err);
	}
	if (!v.seen.judged.has_newest) {
		c->code = VV_EXIT_NO;
		if (!vv_wants_json(o->format)) {
			print_git(&v.commit);
			print_git(&v.tag);
		}
		vv_note("no signed head was found; 'varve sign' makes one, 'varve fsck' checks data that is not signed");
		return VV_OK;
	}
	if ((rc = judge_time(&v, err)) < 0) return rc;
	c->code = is_other(&v) ? VV_EXIT_NO : c->code;
	return vv_wants_json(o->format) ? print_json(&v, err) : print_text(&v, err);
}

const vv_command vv_cmd_verify = {
	.name = "verify",
	.group = "peers",
	.summary = "show who signed the newest version, and check it",
	.usage = "[--json] [REMOTE|URL|NAME|FOLDER]",
	.example = "$ varve verify https://mirror.example.org/prices/\n"
		   "prices: signed by z6Mk... (bold otter nine), number 212, 6 hours ago",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.exit_codes =
		"no signed head, content that differs from the signed version, or damaged files",
	.check = check_verify,
	.run = run_verify,
};
