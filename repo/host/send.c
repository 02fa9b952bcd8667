/*
 * send: knows what a host lacks, how it becomes commits there, and that others push too.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/resemble.h"
#include "repo/git/history/identity.h"
#include "repo/git/history/refs.h"
#include "repo/host/host_internal.h"
#include "repo/host/pack_maker.h"
#include "repo/transfer/send.h"

#define TRIES 20u
#define PUSH_BYTES (UINT64_C(900) << 20) /* hosts refuse a push that is too large */
#define THOROUGH_BYTES (8u << 20)

static const char readme[] =
	"# Blocks of tables\n\n"
	"The tables of this repository are kept by varve, \"git for tables\": what the other\n"
	"branches have are pointers, and the rows are in the packs here. Do not change or delete\n"
	"them: other clones need them. docs/hosts.md of varve describes every byte.\n";

typedef struct item {
	vv_cid cid, like;
	size_t version;
} item;

typedef struct version {
	const char *path;
	vv_oid commit;
} version;

typedef struct sending {
	vv_host *h;
	const vv_host_sending *what;
	vv_arena arena;
	vv_cid_set *seen;
	item *items;
	size_t count, cap;
	version *versions;
	size_t version_count, version_cap;
	uint64_t raw; /* of leaves, about: as they are stored here */
	vv_oid next;  /* commits that were made and are not there yet */
	uint64_t waiting;
	size_t folder, in_folder;
	vv_host_sum *sum;
} sending;

/* --- what goes ------------------------------------------------------------------------------ */

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(((sending *)payload)->h->main, cid, out, err);
}

static vv_status add_item(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	sending *s = payload;
	vv_error ignored;
	uint64_t stored;
	unsigned depth;

	if (vv_host_has(s->h, cid)) {
		return VV_OK;
	}
	if (!vv_array_room(s->items, s->count, s->cap)) {
		return vv_fail_nomem(err);
	}
	item *it = &s->items[s->count++];
	memset(it, 0, sizeof(*it));
	it->cid = *cid;
	it->version = s->version_count - 1;
	if (like) {
		it->like = *like;
	}
	if (vv_store_cost(s->h->main, cid, &stored, &depth, &ignored) == VV_OK) {
		s->raw += stored;
	}
	return VV_OK;
}

/* A root that the host has means all below it: packs go children first. */
static vv_status add_version(void *payload, const vv_new_root *n, vv_error *err)
{
	sending *s = payload;
	uint64_t missing = 0;
	const vv_resemble walk = {.get = get_block,
				  .fn = add_item,
				  .payload = s,
				  .seen = s->seen,
				  .children_first = true,
				  .missing = &missing};
	bool before = !vv_cid_is_null(&n->before) &&
		      (vv_cid_set_has(s->seen, &n->before) || vv_host_has(s->h, &n->before));

	if (vv_host_has(s->h, &n->root)) {
		return VV_OK;
	}
	if (s->what->complete) {
		bool complete;
		vv_cid lacked;
		vv_status rc = vv_store_complete(s->h->main, &n->root, &complete, &lacked, err);
		if (rc < 0 && rc != VV_ECORRUPT) {
			return rc;
		}
		if (rc < 0 || !complete) {
			s->sum->incomplete++;
			return VV_OK;
		}
	}
	if (!vv_array_room(s->versions, s->version_count, s->version_cap)) {
		return vv_fail_nomem(err);
	}
	version *v = &s->versions[s->version_count++];
	v->path = vv_arena_strndup(&s->arena, n->path, strlen(n->path));
	v->commit = n->commit;
	return v->path ? vv_resemble_walk(&walk, &n->root, before ? &n->before : NULL, err)
		       : vv_fail_nomem(err);
}

static vv_status plan(sending *s, vv_error *err)
{
	vv_cid_set_free(s->seen);
	s->seen = vv_cid_set_new();
	s->count = s->version_count = 0;
	s->raw = 0;
	vv_arena_reset(&s->arena);
	return s->seen ? vv_new_roots_each(s->h->repo, s->what->wants, s->what->want_count, NULL, 0,
					   add_version, s, err)
		       : vv_fail_nomem(err);
}

/* --- commits --------------------------------------------------------------------------------- */

static void put_data(vv_buf *b, const void *bytes, size_t len)
{
	vv_buf_printf(b, "data %zu\n", len);
	vv_buf_put(b, bytes, len);
	vv_buf_putc(b, '\n');
}

static vv_status put_committer(const sending *s, vv_buf *b, vv_error *err)
{
	vv_person p = {0};
	vv_error unknown;
	int64_t now;
	uint32_t nsec;

	if (vv_identity(s->h->repo, VV_COMMITTER, &p, &unknown) < 0) {
		vv_now(&now, &nsec);
		vv_buf_printf(b, "committer varve <varve@localhost> %lld +0000\n", (long long)now);
		return vv_buf_ok(b, err);
	}
	vv_buf_puts(b, "committer ");
	vv_person_put(b, &p);
	vv_buf_putc(b, '\n');
	vv_person_clear(&p);
	return vv_buf_ok(b, err);
}

/* So that it need not be fetched. */
static vv_status keep_list(const sending *s, const vv_buf *list, const char *name, vv_error *err)
{
	char *path = vv_host_list_path(s->h, name);
	vv_status rc = path ? vv_write_file(path, list->data, list->len, false, err)
			    : vv_fail_nomem(err);

	vv_free(path);
	return rc;
}

/* One more commit on s->next, with one more pack. */
static vv_status commit_pack(sending *s, const vv_buf *pack, const vv_buf *list, const char *name,
			     vv_error *err)
{
	static const char *const args[] = {"-c",          "core.compression=0",
					   "-c",          "fastimport.unpackLimit=1",
					   "fast-import", "--quiet",
					   "--force",     "--done",
					   NULL};
	vv_git_call run = vv_host_run(s->h, args);
	vv_buf in = VV_BUF_INIT, message = VV_BUF_INIT;
	char hex[VV_OID_TEXT + 1];
	bool first = vv_oid_is_null(&s->next);
	vv_ref ref;
	vv_status rc;

	if (s->in_folder == VV_HOST_FOLDER_PACKS) {
		s->folder++;
		s->in_folder = 0;
	}
	s->in_folder++;
	vv_buf_puts(&in, "blob\nmark :1\n");
	put_data(&in, pack->data, pack->len);
	vv_buf_puts(&in, "blob\nmark :2\n");
	put_data(&in, list->data, list->len);
	vv_buf_puts(&in, "commit " VV_HOST_NEXT "\n");
	rc = put_committer(s, &in, err);
	vv_buf_printf(
		&message, "Keep blocks of %s\n",
		vv_text_counted(s->version_count, "version of a table", "versions of tables"));
	put_data(&in, vv_buf_cstr(&message), message.len);
	if (!first) {
		vv_oid_text(hex, &s->next);
		vv_buf_printf(&in, "from %s\n", hex);
	} else {
		vv_buf_puts(&in, "M 100644 inline README.md\n");
		put_data(&in, readme, sizeof(readme) - 1);
		vv_buf_puts(&in, "M 100644 inline format\n");
		put_data(&in, VV_HOST_FORMAT, sizeof(VV_HOST_FORMAT) - 1);
	}
	vv_buf_printf(&in,
		      "M 100644 :1 packs/%04zx/%s.pack\nM 100644 :2 packs/%04zx/%s.list\n\ndone\n",
		      s->folder, name, s->folder, name);
	if (first) {
		(void)vv_ref_delete(s->h->scratch, VV_HOST_NEXT, NULL, NULL);
	}
	run.input = in.data;
	run.len = in.len;
	s->h->dirty = true;
	if (rc < 0 || (rc = vv_buf_ok(&in, err)) < 0 ||
	    (rc = vv_git_must(&run, "the scratch repository", err)) < 0 ||
	    (rc = vv_ref_get(s->h->scratch, VV_HOST_NEXT, &ref, err)) < 0) {
		goto done;
	}
	s->next = ref.id;
	vv_ref_clear(&ref);
	s->waiting += pack->len + list->len;
	s->sum->packs++;
	s->sum->bytes += pack->len + list->len;
	rc = keep_list(s, list, name, err);
done:
	vv_buf_clear(&in);
	vv_buf_clear(&message);
	return rc;
}

/* What the host has to say about a push that it refuses. */
static void tell_lines(const vv_host *h, const vv_buf *said)
{
	vv_buf lines = VV_BUF_INIT, shown = VV_BUF_INIT;

	vv_git_remote_lines(said, &lines);
	for (const char *p = vv_buf_cstr(&lines); *p;) {
		size_t len = strcspn(p, "\n");
		vv_buf_reset(&shown);
		vv_text_put_escaped(&shown, p, len);
		vv_notes_put(h->notes, "remote: %s", vv_buf_cstr(&shown));
		p += len + (p[len] == '\n');
	}
	vv_buf_clear(&lines);
	vv_buf_clear(&shown);
}

/* *lost: another pusher was faster. */
static vv_status push(sending *s, bool *lost, vv_error *err)
{
	vv_host *h = s->h;
	vv_buf spec = VV_BUF_INIT, said = VV_BUF_INIT;
	const char *args[] = {"-c",
			      "core.compression=0",
			      "-c",
			      "core.bigFileThreshold=64k",
			      "push",
			      "-q",
			      "--no-verify",
			      "--no-follow-tags",
			      "--recurse-submodules=no",
			      "host",
			      NULL,
			      NULL};
	vv_git_call run = vv_host_run(h, args);
	vv_oid there;
	vv_error why;
	int code = 0;
	vv_status rc;

	*lost = false;
	if (s->waiting == 0) {
		return VV_OK;
	}
	vv_buf_printf(&spec, VV_HOST_NEXT ":%s", h->ref);
	args[sizeof(args) / sizeof(args[0]) - 2] = vv_buf_cstr(&spec);
	if ((rc = vv_buf_ok(&spec, err)) == VV_OK) {
		rc = vv_git_run(&run, &said, &code, err);
	}
	if (rc == VV_OK && code == 0) {
		s->waiting = 0;
		rc = vv_host_set_tip(h, &s->next, err);
	} else if (rc == VV_OK) {
		rc = vv_git_explain("the blocks were not taken", &said, code, err);
		if (rc == VV_EREFUSED) {
			vv_hint(err,
				"'[blocks] ref' in .varveconfig names another ref, for example the "
				"branch varve-blocks; its url names a peer that keeps blocks");
		}
		*lost = vv_host_ask_tip(h, h->ref, &there, &why) == VV_OK &&
			!vv_oid_equal(&there, &h->tip);
		if (!*lost) {
			tell_lines(h, &said);
		}
	}
	vv_buf_clear(&spec);
	vv_buf_clear(&said);
	return rc;
}

static vv_status missing(const sending *s, const item *it, vv_error *err)
{
	const version *v = &s->versions[it->version];
	char hex[VV_OID_TEXT + 1];

	vv_oid_text(hex, &v->commit);
	hex[10] = '\0';
	vv_fail(err, VV_EMISSING,
		"%s of commit %s lacks blocks, which the remote does not have either",
		vv_text_shows(v->path), hex);
	return vv_hint(
		err, "'varve fsck' lists what is missing; 'varve fetch --from URL' gets it from a "
		     "clone that has it");
}

/* All of the plan, in packs. */
static vv_status send_items(sending *s, const char *dir, bool *lost, vv_error *err)
{
	vv_buf pack = VV_BUF_INIT, list = VV_BUF_INIT;
	char name[2 * VV_PACK_HASH_LEN + 1];
	vv_pack_maker *m = NULL;
	vv_status rc = vv_pack_maker_new(&m, s->h->main, s->h->catalog, dir,
					 s->raw < THOROUGH_BYTES, err);

	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		const item *it = &s->items[i];
		rc = vv_pack_maker_put(m, &it->cid, &it->like, err);
		if (rc == VV_EMISSING) {
			rc = missing(s, it, err);
		}
		vv_progress_update(s->h->progress, "blocks", i + 1, s->count);
		if (rc == VV_OK && (i + 1 == s->count || vv_pack_maker_is_full(m)) &&
		    !vv_pack_maker_is_empty(m)) {
			vv_buf_reset(&pack);
			vv_buf_reset(&list);
			rc = vv_pack_maker_take(m, &pack, &list, name, err);
			if (rc == VV_OK) {
				rc = commit_pack(s, &pack, &list, name, err);
			}
			if (rc == VV_OK && (s->waiting >= PUSH_BYTES || i + 1 == s->count)) {
				rc = push(s, lost, err);
			}
		}
	}
	vv_buf_clear(&pack);
	vv_buf_clear(&list);
	vv_pack_maker_free(m);
	return rc;
}

static vv_status try_send(sending *s, bool *lost, vv_error *err)
{
	char *dir = vv_path_join(s->h->packs, "packs", (char *)NULL);
	vv_status rc;

	*lost = false;
	memset(s->sum, 0, sizeof(*s->sum));
	rc = dir ? plan(s, err) : vv_fail_nomem(err);
	if (rc == VV_OK) {
		s->next = s->h->tip;
		s->waiting = 0;
		s->folder = s->h->last_folder;
		s->in_folder = s->h->in_last_folder;
		s->sum->versions = s->version_count;
		s->sum->blocks = s->count;
		s->sum->raw = s->raw;
		if (s->count > 0 && !s->what->dry_run) {
			rc = send_items(s, dir, lost, err);
		}
	}
	vv_free(dir);
	return rc;
}

vv_status vv_host_send(vv_host *h, const vv_host_sending *what, vv_host_sum *out, vv_error *err)
{
	sending s = {.h = h, .what = what, .sum = out};
	vv_host_change ignored;
	vv_oid tip;
	bool lost = false;
	vv_status rc;

	vv_arena_init(&s.arena);
	rc = try_send(&s, &lost, err);
	for (unsigned i = 1; lost && i < TRIES; i++) {
		lost = false;
		if ((rc = vv_host_ask_tip(h, h->ref, &tip, err)) == VV_OK &&
		    (rc = vv_host_refresh(h, h->ref, &tip, &ignored, err)) == VV_OK) {
			rc = try_send(&s, &lost, err);
		}
	}
	vv_cid_set_free(s.seen);
	vv_free(s.items);
	vv_free(s.versions);
	vv_arena_clear(&s.arena);
	return rc;
}
