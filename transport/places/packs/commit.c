/*
 * commit: makes commits of packs on the ref of a host's blocks, and pushes them.
 */
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/identity.h"
#include "repo/git/history/refs.h"
#include "repo/git/verb/push_line.h"
#include "transport/places/packs/files.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/pack_maker.h"

static const char readme[] =
	"# Blocks of tables\n\n"
	"The tables of this repository are kept by varve, \"git for tables\": the other\n"
	"branches have pointers, and the rows are in the packs here. Do not change or delete\n"
	"them: other clones need them. docs/formats/pack-lists.md of varve describes every byte.\n";

/* --- commits --------------------------------------------------------------------------------- */

static void put_data(vv_buf *b, const void *bytes, size_t len)
{
	vv_buf_printf(b, "data %zu\n", len);
	vv_buf_put(b, bytes, len);
	vv_buf_putc(b, '\n');
}

static vv_status put_committer(vv_host *h, vv_buf *b, vv_error *err)
{
	vv_auto(vv_person) p = {0};

	if (vv_identity(h->repo, VV_COMMITTER, &p, VV_IGNORED) < 0) {
		vv_buf_printf(b, "committer varve <varve@localhost> %lld +0000\n",
			      (long long)vv_now_sec());
		return vv_buf_ok(b, err);
	}
	vv_buf_puts(b, "committer ");
	vv_person_put(b, &p);
	vv_buf_putc(b, '\n');
	return vv_buf_ok(b, err);
}

/* Commits on their way: made in the scratch repository, one on top of the other. */
typedef struct coming {
	vv_oid id;        /* the last; null: the ref will be new */
	uint64_t waiting; /* bytes that are not there yet */
	size_t folder, in_folder;
	bool anew; /* the last one replaces the ref's history */
} coming;

static void put_files(vv_buf *in, const vv_host *h, coming *n, const vv_host_commit *c)
{
	if (vv_oid_is_null(&n->id)) {
		vv_buf_puts(in, "M 100644 inline README.md\n");
		put_data(in, readme, sizeof(readme) - 1);
	}
	if (vv_oid_is_null(&n->id) || h->lost_format) {
		vv_buf_puts(in, "M 100644 inline format\n");
		put_data(in, VV_HOST_FORMAT, sizeof(VV_HOST_FORMAT) - 1);
	}
	for (size_t i = 0; i < c->removed_count; i++) {
		const char *hex = vv_pack_shows(&c->removed[i].key);
		const size_t folder = c->removed[i].folder;
		vv_buf_printf(in, "D packs/%04zx/%s.pack\nD packs/%04zx/%s.list\n", folder, hex,
			      folder, hex);
	}
	if (c->pack) {
		if (n->in_folder == VV_HOST_FOLDER_PACKS) {
			n->folder++;
			n->in_folder = 0;
		}
		n->in_folder++;
		const char *hex = vv_pack_shows(c->key);
		vv_buf_printf(in,
			      "M 100644 :1 packs/%04zx/%s.pack\nM 100644 :2 packs/%04zx/%s.list\n",
			      n->folder, hex, n->folder, hex);
	}
}

/* Makes the commit that `in`, the input of git fast-import, describes: *id. */
static vv_status import_commit(vv_oid *id, vv_host *h, const vv_buf *in, vv_error *err)
{
	static const char *const args[] = {"-c",          "core.compression=0",
					   "-c",          "fastimport.unpackLimit=1",
					   "fast-import", "--quiet",
					   "--force",     "--done",
					   NULL};
	vv_git_call run = vv_host_run(h, args);
	vv_auto(vv_ref) ref = {0};
	vv_status rc;

	run.input = in->data;
	run.len = in->len;
	if ((rc = vv_buf_ok(in, err)) < 0) return rc;
	if ((rc = vv_git_must(&run, "the scratch repository", err)) < 0 ||
	    (rc = vv_ref_get(h->scratch, VV_HOST_NEXT, &ref, err)) < 0) {
		h->broken = true;
		return rc;
	}
	*id = ref.id;
	return VV_OK;
}

/* Makes a commit without parents that has the tree of the last one. */
static vv_status leave_history(vv_host *h, coming *n, const char *message, vv_error *err)
{
	vv_auto(vv_buf) in = VV_BUF_INIT;
	vv_auto(vv_commit) last = {.parents = NULL};
	vv_status rc;

	if ((rc = vv_commit_read(h->scratch, &n->id, &last, err)) < 0 ||
	    (rc = vv_ref_delete(h->scratch, VV_HOST_NEXT, NULL, err)) < 0) {
		return rc;
	}
	vv_buf_puts(&in, "commit " VV_HOST_NEXT "\n");
	if ((rc = put_committer(h, &in, err)) < 0) return rc;
	put_data(&in, message, strlen(message));
	vv_buf_printf(&in, "M 040000 %s \"\"\n\ndone\n", vv_oid_shows(&last.tree));
	n->anew = true;
	return import_commit(&n->id, h, &in, err);
}

static vv_status make_commit(vv_host *h, coming *n, const vv_host_commit *c, vv_error *err)
{
	vv_auto(vv_buf) in = VV_BUF_INIT;
	vv_oid blob;

	if (vv_host_is_place(h)) return vv_files_put(h, c, err);
	if (c->pack) {
		vv_buf_puts(&in, "blob\nmark :1\n");
		put_data(&in, c->pack->data, c->pack->len);
		vv_buf_puts(&in, "blob\nmark :2\n");
		put_data(&in, c->list->data, c->list->len);
	}
	vv_buf_puts(&in, "commit " VV_HOST_NEXT "\n");
	vv_status rc = vv_host_need_scratch(h, err);
	rc = rc < 0 ? rc : put_committer(h, &in, err);
	put_data(&in, c->message, strlen(c->message));
	if (rc == VV_OK && vv_oid_is_null(&n->id)) {
		(void)vv_ref_delete(h->scratch, VV_HOST_NEXT, NULL, VV_IGNORED);
	} else {
		vv_buf_printf(&in, "from %s\n", vv_oid_shows(&n->id));
	}
	put_files(&in, h, n, c);
	vv_buf_puts(&in, "\ndone\n");
	h->dirty = true;
	if (rc < 0 || (rc = import_commit(&n->id, h, &in, err)) < 0) return rc;
	n->waiting += 1 + (c->pack ? c->pack->len + c->list->len : 0);
	rc = c->pack ? vv_host_keep_list(h, c->list, c->key, err) : VV_OK;
	if (rc == VV_OK && c->pack &&
	    vv_blob_id(c->pack->data, c->pack->len, &blob, err) == VV_OK) {
		vv_host_note_sound(h, c->key, &blob);
	}
	return rc == VV_OK && c->anew ? leave_history(h, n, c->message, err) : rc;
}

/* Shows the host's lines about a refused push. */
static void tell_lines(const vv_host *h, const vv_buf *said)
{
	vv_auto(vv_buf) lines = VV_BUF_INIT, shown = VV_BUF_INIT;

	vv_git_remote_lines(said, &lines);
	for (vv_line l = {.rest = vv_buf_cstr(&lines)}; vv_line_next(&l);) {
		vv_buf_reset(&shown);
		vv_text_put_escaped(&shown, l.text, l.len);
		if (l.len > 0) {
			vv_notes_put(h->notes, "remote: %s", vv_buf_cstr(&shown));
		}
	}
}

/* The report of git push. */
typedef struct pushed {
	int code;
	bool unsent;  /* git itself refused: the ref of the host is not an ancestor */
	bool refused; /* the host refused this ref */
	vv_buf said;  /* git's lines and the host's, and the summary of the ref */
} pushed;

/* Did another push move the ref at the same time? The requested tip may still be the old one. */
static bool is_race(const pushed *p)
{
	/* reasons that the host sent, which are not translated */
	static const char *const words[] = {"cannot lock ref", "failed to update ref",
					    "failed to lock", "reference already exists",
					    "incorrect old value"};

	return p->unsent || vv_array_find(words, sizeof(words) / sizeof(words[0]), w,
					  strstr(vv_buf_cstr(&p->said), *w)) != NULL;
}

/* Does the host refuse this ref, rather than the user? */
static bool is_of_ref(const pushed *p)
{
	return p->refused && !strstr(vv_buf_cstr(&p->said), "ermission");
}

/* Adds the summary to the lines that explain a failure. */
static void read_pushed(pushed *p, const vv_buf *lines)
{
	vv_push_line ref;

	for (vv_line l = {.rest = vv_buf_cstr(lines)}; vv_line_next(&l);) {
		if (vv_push_line_read(&ref, l.text, l.len) && ref.flag == '!') {
			p->unsent = ref.unsent;
			p->refused = !ref.unsent;
			vv_buf_printf(&p->said, "\n ! %.*s\n", (int)ref.summary_len, ref.summary);
		}
	}
}

/* Runs git push for a commit without parents. git would send its whole tree, as it has nothing in common with the tip;
 * the graft makes git leave out the objects of the tip. */
static vv_status push_grafted(vv_git_call *run, const vv_host *h, const coming *n, pushed *out,
			      vv_error *err)
{
	vv_auto(char) *path = vv_path_join(h->dir, "graft", (char *)NULL);
	vv_auto(char) *setting = vv_asprintf("GIT_GRAFT_FILE=%s", path ? path : "");
	vv_auto(char) *graft = vv_asprintf("%s %s\n", vv_oid_shows(&n->id), vv_oid_shows(&h->tip));
	const char *const more[] = {setting, NULL};
	vv_status rc;

	if (!path || !setting || !graft) return vv_fail_nomem(err);
	if ((rc = vv_write_file(path, graft, strlen(graft), false, err)) < 0) return rc;
	run->more = more;
	rc = vv_git_run(run, &out->said, &out->code, err);
	(void)vv_unlink(path, true, VV_IGNORED);
	return rc;
}

/* Runs git push. A commit without parents replaces only the known tip. */
static vv_status run_push(vv_host *h, const coming *n, pushed *out, vv_error *err)
{
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_auto(char) *spec = vv_asprintf(VV_HOST_NEXT ":%s", h->ref);
	vv_auto(char) *lease = vv_asprintf("--force-with-lease=%s:%s", h->ref,
					   vv_oid_shows(&h->tip));
	const char *const args[] = {"-c",
				    "core.compression=0",
				    "-c",
				    "core.bigFileThreshold=64k",
				    "-c",
				    "advice.graftFileDeprecated=false",
				    "push",
				    "-q",
				    "--porcelain",
				    "--no-verify",
				    "--no-follow-tags",
				    "--recurse-submodules=no",
				    n->anew ? lease : "--no-force-with-lease",
				    "host",
				    spec,
				    NULL};
	vv_git_call run = vv_host_run(h, args);

	if (!spec || !lease) return vv_fail_nomem(err);
	run.output = &lines;
	const vv_status rc = n->anew ? push_grafted(&run, h, n, out, err)
				     : vv_git_run(&run, &out->said, &out->code, err);
	read_pushed(out, &lines);
	return rc < 0 ? rc : vv_buf_ok(&out->said, err);
}

/* Explains why the host did not move the ref. */
static vv_status explain_refusal(vv_host *h, const coming *n, const pushed *p, bool *lost,
				 vv_error *err)
{
	const vv_status rc = vv_git_explain("the blocks were not accepted", &p->said, p->code, err);
	vv_oid there;

	*lost = vv_host_learn_size(h, n->waiting, &p->said) || is_race(p) ||
		(vv_host_ask_tip(h, h->ref, &there, VV_IGNORED) == VV_OK &&
		 !vv_oid_equal(&there, &h->tip));
	if (h->too_large) {
		return vv_hint(err, "set remote.%s.varvePushBytes to send less in each push",
			       h->remote ? vv_text_shows(h->remote) : "NAME");
	}
	if (*lost) return vv_hint(err, "other users pushed at the same time: try again");
	if (is_of_ref(p)) {
		vv_hint(err, "set '[blocks] ref' in .varveconfig to another ref, for "
			     "example the branch varve-blocks, or '[blocks] url' to a peer "
			     "that keeps blocks");
	}
	tell_lines(h, &p->said);
	return rc;
}

static vv_status push_commits(vv_host *h, coming *n, bool *lost, vv_error *err)
{
	pushed p = {.code = 0};

	*lost = h->too_large = false;
	if (n->waiting == 0) return VV_OK;
	vv_status rc = run_push(h, n, &p, err);
	if (rc == VV_OK && p.code == 0) {
		n->waiting = 0;
		rc = vv_host_set_tip(h, &n->id, err);
	} else if (rc == VV_OK) {
		rc = explain_refusal(h, n, &p, lost, err);
	}
	vv_buf_clear(&p.said);
	return rc;
}

static vv_status put_pack(vv_host *h, vv_outgoing_packs *o, vv_pack_maker *m, coming *n, bool last,
			  vv_error *err)
{
	vv_auto(vv_buf) pack = VV_BUF_INIT, list = VV_BUF_INIT;
	vv_cid key;
	vv_host_commit c = {.list = &list, .key = &key};
	vv_status rc = VV_OK;

	if (!vv_pack_maker_is_empty(m)) {
		rc = vv_pack_maker_take(m, &pack, &list, &key, err);
		c.pack = &pack;
	}
	if (rc < 0 || (rc = o->describe(o->payload, &c, last, err)) < 0) return rc;
	if (c.pack || c.removed_count > 0 || c.anew || h->lost_format) {
		rc = make_commit(h, n, &c, err);
	}
	o->packs += c.pack != NULL;
	o->pack_bytes += c.pack ? pack.len : 0;
	o->list_bytes += c.pack ? list.len : 0;
	return rc;
}

vv_status vv_host_put_packs(vv_host *h, vv_outgoing_packs *o, bool *lost, vv_error *err)
{
	coming n = {.id = h->tip, .folder = h->last_folder, .in_folder = h->in_last_folder};
	vv_auto(char) *dir = vv_path_join(h->packs, "packs", (char *)NULL);
	vv_auto(vv_pack_maker) *m = NULL;
	vv_status rc = dir ? vv_pack_maker_new(&m, o->from, o->bases, dir, h->pack_bytes,
					       o->thorough, err)
			   : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < o->count; i++) {
		const vv_outgoing *b = &o->items[i];
		if (o->salt && vv_pack_maker_is_empty(m) && (rc = vv_pack_maker_salt(m, err)) < 0) {
			return rc;
		}
		rc = vv_pack_maker_put(m, &b->cid, &b->like, err);
		if (rc == VV_EMISSING && o->missing) return o->missing(o->payload, b, err);
		if (rc < 0 ||
		    (rc = vv_progress_update(h->progress, "blocks", i + 1, o->count, err)) < 0) {
			return rc;
		}
		if (vv_pack_maker_is_full(m) && i + 1 < o->count) {
			rc = put_pack(h, o, m, &n, false, err);
			if (rc == VV_OK && n.waiting + h->pack_bytes > h->push_bytes) {
				rc = push_commits(h, &n, lost, err);
			}
		}
	}
	rc = rc < 0 ? rc : put_pack(h, o, m, &n, true, err);
	return rc < 0 ? rc : push_commits(h, &n, lost, err);
}
