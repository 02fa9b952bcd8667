/*
 * fsck: checks that everything is present and undamaged.
 *
 * First the packs, record by record; then every version that the history names, from its pointer
 * down. Damage is reported with the datasets and commits concerned.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"
#include "lib/remotes/proof.h"
#include "lib/remotes/reach.h"
#include "lib/sync/needed.h"
#include "lib/sync/repair.h"
#include "lib/sync/vault_peer.h"
#include "lib/tables/dataset_reader.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/receive.h"
#include "repo/git/pack_check.h"
#include "repo/git/pointer.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incoming.h"
#include "repo/known/incomplete.h"
#include "repo/known/loose_check.h"
#include "repo/known/pack_mend.h"
#include "repo/known/roots.h"
#include "transport/protocol/receipt.h"

typedef struct options {
	bool data, quiet, repair;
	vv_strings from;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "data", data,
		 "check every byte: hashes of all blocks, and every row of every version"),
	OPT_FLAG(0, "repair", repair,
		 "repair from the work tree and the remotes of --from where possible"),
	OPT_LIST(0, "from", from, "REMOTE",
		 "with --repair: fetch missing blocks from this remote or URL; may be repeated"),
	OPT_JSON("the output format"),
	OPT_FLAG('q', "quiet", quiet, "print only damaged and missing data"),
};

static const vv_option_rule option_rules[] = {
	{"--from", .requires = "--repair"},
	{NULL, NULL, NULL},
};

typedef vv_repair_version version;

typedef struct fsck {
	const options *o;
	vv_context *c;
	vv_store *store;
	version *versions;
	size_t count, cap;
	vv_cid_set *seen;   /* walked without findings, or already reported */
	vv_cid_set *bad;    /* missing or damaged */
	vv_cid_set *hashed; /* with --data: have their hash, in all packs that were read */
	vv_table_checks *checks;
	bool later; /* a pointer has a later version than this varve supports */
	uint64_t records, blocks, problems, rebuilt, mended;
	uint64_t blocks_wrong;   /* problems that other copies of blocks may solve */
	vv_elsewhere *elsewhere; /* versions that others keep */
	uint64_t absent;         /* of these, those that are missing here */
	size_t *away;            /* their places in versions */
	size_t away_cap;
	uint64_t expired; /* likewise, expired by the repository's lists */
	uint64_t linked;  /* not here, nor noted there: their commits leave them at their sources */
	uint64_t shown;   /* of these: their keeper showed a block just now */
	bool asked;
	vv_buf keepers;       /* the keepers' answers, in lines */
	vv_buf unread;        /* ids of reported Git objects, a line each */
	bool silent;          /* no reports: only looks for damage to repair */
	vv_string_list files; /* where it is: packs and indexes */
	vv_string_list
		git_indexes; /* of Git's packs, damaged: nothing of Git's can be read safely */
	vv_buf json;
	vv_json_out w;
} fsck;

static bool wants_json(const fsck *f)
{
	return vv_wants_json(f->o->format);
}

/* One finding; any of the particulars may be NULL. */
typedef struct finding {
	const char *kind, *what;
	const vv_cid *cid;
	const char *pack;
	uint64_t offset; /* in pack */
	const version *v;
	const char *help; /* what to do, on a line of its own */
} finding;

#define JSON_SAID(n, s) JSON_TEXT_WHEN(s, n, s)

/* Where a version is; v may be NULL. */
static const char *path_of(const version *v)
{
	return v ? v->path : NULL;
}

static const char *commit_of(const version *v)
{
	return v && !vv_oid_is_null(&v->commit) ? vv_oid_shows(&v->commit) : NULL;
}

static void tell_json(fsck *f, const finding *n, const char *cid)
{
	vv_json_put_object(&f->w, {JSON_SAID("kind", n->kind)}, {JSON_SAID("what", n->what)},
			   {JSON_SAID("block", cid)}, {JSON_SAID("pack", n->pack)},
			   {JSON_NUMBER_WHEN(n->pack, "offset", n->offset)},
			   {JSON_SAID("path", path_of(n->v))},
			   {JSON_SAID("commit", commit_of(n->v))}, {JSON_SAID("help", n->help)});
}

/* The others are in Git's objects, or of a newer varve. */
static bool is_of_blocks(const char *kind)
{
	static const char *const kinds[] = {"damaged pack", "damaged table", "incomplete table",
					    "lost table"};

	return vv_array_find(kinds, sizeof(kinds) / sizeof(kinds[0]), it, strcmp(*it, kind) == 0) !=
	       NULL;
}

static void print_finding(fsck *f, const finding *n)
{
	char text[VV_CID_TEXT + 1];
	const char *cid = NULL;
	vv_auto(char) *rev = NULL;

	f->problems++;
	f->blocks_wrong += is_of_blocks(n->kind);
	if (f->silent) return;
	if (n->cid && !vv_cid_is_null(n->cid)) {
		vv_cid_text(text, n->cid);
		cid = text;
	}
	if (wants_json(f)) {
		tell_json(f, n, cid);
		return;
	}
	vv_out("%s: ", n->kind);
	if (n->v) {
		if (!vv_oid_is_null(&n->v->commit) &&
		    vv_rev_short(f->c->repo, &n->v->commit, &rev, VV_IGNORED) == VV_OK) {
			vv_out("%s", rev);
		}
		vv_out(":%s: ", vv_text_shows(n->v->path ? n->v->path : ""));
	}
	if (n->pack) {
		vv_out("%s, at byte %llu: ", vv_text_shows(n->pack), (unsigned long long)n->offset);
	}
	vv_out_text(n->what, strlen(n->what));
	if (cid) {
		vv_out(" (block %s)", cid);
	}
	vv_out("\n");
	if (n->help) {
		vv_out("  %s\n", n->help);
	}
}

static vv_status note_file(fsck *f, const char *name, vv_error *err)
{
	vv_string_list *l = &f->files;

	if (l->count > 0 && strcmp(l->items[l->count - 1], name) == 0) return VV_OK;
	return vv_string_list_add(l, vv_strdup(name), err);
}

static vv_status on_record(void *payload, const char *pack, uint64_t offset, const vv_cid *cid,
			   vv_status state, const char *what, vv_error *err)
{
	fsck *f = payload;
	bool added;

	if (state == VV_ENOTFOUND) {
		f->rebuilt++;
		if (!f->o->quiet) {
			vv_note("index '%s': %s", vv_text_shows(pack), what);
		}
		return VV_OK;
	}
	f->records++;
	if (state == VV_OK) {
		return f->o->data ? vv_cid_set_add(f->hashed, cid, &added, err) : VV_OK;
	}
	if (f->silent && note_file(f, pack, err) < 0) return VV_ENOMEM;
	if (state == VV_EMISSING) { /* whether a version needs it shows below */
		return vv_cid_set_add(f->bad, cid, &added, err);
	}
	print_finding(f, &(finding){.kind = "damaged pack",
				    .what = what ? what : "damaged",
				    .cid = cid,
				    .pack = pack,
				    .offset = offset});
	return cid && !vv_cid_is_null(cid) ? vv_cid_set_add(f->bad, cid, &added, err) : VV_OK;
}

static vv_status on_root(void *payload, const vv_cid *cid, const char *path, const vv_oid *commit,
			 const char *what, vv_error *err)
{
	fsck *f = payload;

	if (cid && what) {
		return VV_OK; /* of a damaged pointer, which was reported */
	}
	if (!vv_array_room(f->versions, f->count, f->cap)) return vv_fail_nomem(err);
	version *v = &f->versions[f->count];
	*v = (version){.path = vv_strdup(path ? path : "")};
	if (!v->path) return vv_fail_nomem(err);
	if (commit) {
		v->commit = *commit;
	}
	f->count++;
	if (!cid || vv_cid_is_null(cid)) {
		bool later = what && strncmp(what, VV_POINTER_LATER, strlen(VV_POINTER_LATER)) == 0;

		print_finding(f, &(finding){.kind = later ? "later pointer" : "damaged pointer",
					    .what = what ? what : "it cannot be read",
					    .v = v});
		f->later = f->later || later;
		return VV_OK;
	}
	v->root = *cid;
	return VV_OK;
}

/* An object of Git that is missing or damaged. */
static vv_status tell_object(fsck *f, const char *id, const char *what, const version *v,
			     vv_error *err)
{
	vv_auto(vv_buf) help = VV_BUF_INIT;

	if (strstr(vv_buf_cstr(&f->unread), id)) return VV_OK; /* reported before */
	vv_buf_printf(&f->unread, "%s\n", id);
	vv_git_loose_help(f->c->repo, id, &help);
	print_finding(f, &(finding){.kind = "damaged Git object",
				    .what = what,
				    .v = v,
				    .help = vv_buf_cstr(&help)});
	return f->unread.failed ? vv_fail_nomem(err) : vv_buf_ok(&help, err);
}

static vv_status on_unread(void *payload, const char *id, const char *path, const vv_oid *commit,
			   const char *what, vv_error *err)
{
	const vv_oid none = {0};
	version v = {.path = (char *)(uintptr_t)path, .commit = commit ? *commit : none};

	return tell_object(payload, id, what, path || commit ? &v : NULL, err);
}

static vv_status on_loose(void *payload, const char *id, const char *what, vv_error *err)
{
	return tell_object(payload, id, what, NULL, err);
}

/* Below one version: its first bad block is reported with it. */
typedef struct below {
	fsck *f;
	const version *v;
	uint64_t missing, damaged;
	vv_cid first_missing, first_damaged;
	vv_buf copy;
} below;

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state, vv_error *err VV_UNUSED)
{
	below *b = payload;

	b->f->blocks++;
	if (state == VV_OK && cid->codec == VV_CODEC_RAW) {
		/* The walk does not look at leaves. There may be a sound copy in another pack. */
		if (vv_cid_set_has(b->f->bad, cid)) {
			state = vv_store_get(b->f->store, cid, &b->copy, NULL);
		} else if (vv_cid_set_has(b->f->hashed, cid) || vv_store_has(b->f->store, cid)) {
			state = VV_OK;
		} else {
			state = VV_EMISSING;
		}
	}
	if (state == VV_EMISSING && b->missing++ == 0) {
		b->first_missing = *cid;
	} else if (state == VV_ECORRUPT && b->damaged++ == 0) {
		b->first_damaged = *cid;
	}
	return VV_OK;
}

static void tell_below(const below *b)
{
	if (b->damaged) {
		print_finding(b->f,
			      &(finding){.kind = "damaged table",
					 .what = vv_text_counted(b->damaged, "damaged block", NULL),
					 .cid = &b->first_damaged,
					 .v = b->v});
	}
	if (b->missing) {
		print_finding(b->f,
			      &(finding){.kind = "incomplete table",
					 .what = vv_text_counted(b->missing, "missing block", NULL),
					 .cid = &b->first_missing,
					 .v = b->v});
	}
}

/* Walks from the version's root. seen: what need not be walked again; each version has
 * its own once something is known to be wrong, so that all that it touches are named. */
static vv_status walk_version(fsck *f, const version *v, vv_cid_set *seen, below *b, vv_error *err)
{
	*b = (below){.f = f, .v = v};
	vv_walk w = {.store = f->store,
		     .seen = seen,
		     .budget = UINT64_MAX,
		     .missing_ok = true,
		     .visit = on_block,
		     .payload = b};
	vv_status rc = vv_walk_from(&w, &v->root, err);
	vv_buf_clear(&b->copy);
	return rc;
}

/* The pointer must agree with its root. */
static vv_status check_pointer(fsck *f, const version *v, const vv_table *t, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool is = false;

	if (vv_oid_is_null(&v->commit) ||
	    vv_tree_entry_at(f->c->repo, &v->commit, v->path, &e, VV_IGNORED) < 0) {
		return VV_OK;
	}
	vv_status rc = vv_blob_read(f->c->repo, &e.id, VV_POINTER_MAX, &text, err);
	if (rc == VV_OK &&
	    (rc = vv_root_pointer_is(&is, text.data, text.len, &v->root, &t->root, err)) == VV_OK &&
	    !is) {
		print_finding(f, &(finding){.kind = "false pointer",
					    .what = "it differs from the version that it names",
					    .cid = &v->root,
					    .v = v});
	}
	return rc;
}

static vv_status check_table(fsck *f, const version *v, vv_error *err)
{
	vv_sink source;
	vv_auto(vv_table) t = {0};
	vv_error why;

	vv_sink_dry(&source, f->store);
	source.hashed = vv_cid_set_count(f->bad) == 0 ? f->hashed : NULL;
	vv_status rc = vv_table_open_stored(&t, &source, &v->root, &why);
	if (rc == VV_OK) {
		if ((rc = check_pointer(f, v, &t, err)) < 0) return rc;
		rc = f->o->data ? vv_table_checks_next(f->checks, &t,
						       vv_dataset_reader_pool(f->c->reader),
						       f->c->progress, &why)
				: VV_OK;
		vv_table_close(&t);
	}
	if (rc == VV_ENOMEM || rc == VV_EIO) return vv_error_copy(err, &why);
	if (rc < 0) {
		print_finding(
			f, &(finding){.kind = rc == VV_ENOSUPPORT ? "later table" : "damaged table",
				      .what = why.message,
				      .cid = &v->root,
				      .v = v});
	}
	return VV_OK;
}

typedef struct link_of {
	const vv_cid *root;
	vv_buf source; /* empty: it is not linked */
} link_of;

static vv_status take_link(void *payload, const vv_cid *root, const char *source, vv_error *err)
{
	link_of *l = payload;

	if (!vv_cid_equal(root, l->root)) return VV_OK;
	vv_buf_reset(&l->source);
	vv_buf_puts(&l->source, source);
	return vv_buf_ok(&l->source, err);
}

/* Git brought the commit of an imported table, and no fetch has noted so far where its blocks are. */
static vv_status find_link(fsck *f, const version *v, bool *is_linked, vv_error *err)
{
	link_of l = {&v->root, VV_BUF_INIT};
	vv_status rc = vv_oid_is_null(&v->commit) || vv_store_has(f->store, &v->root)
			       ? VV_OK
			       : vv_linked_each(f->c->repo, &v->commit, take_link, &l, err);

	*is_linked = rc == VV_OK && l.source.len > 0;
	if (*is_linked && !f->silent && !f->o->quiet && !wants_json(f)) {
		vv_out("not here: %s, linked to %s, which was not asked; 'varve fetch' records the link\n",
		       vv_text_shows(v->path ? v->path : ""), vv_text_url(vv_buf_cstr(&l.source)));
	}
	f->linked += *is_linked;
	vv_buf_clear(&l.source);
	return rc;
}

static vv_status check_versions(fsck *f, vv_error *err)
{
	bool any_bad = vv_cid_set_count(f->bad) > 0;
	vv_status rc = VV_OK;
	below b;

	for (size_t i = 0; rc == VV_OK && i < f->count; i++) {
		const version *v = &f->versions[i];
		vv_auto(vv_cid_set) *own = NULL;
		bool is_linked = false;

		if (vv_cid_is_null(&v->root)) {
			continue;
		}
		if (vv_elsewhere_has(f->elsewhere, &v->root) && !vv_cid_set_has(f->bad, &v->root) &&
		    !vv_store_has(f->store, &v->root)) {
			if (!vv_array_add(f->away, f->absent, f->away_cap, i)) {
				return vv_fail_nomem(err);
			}
			continue;
		}
		if (!vv_cid_set_has(f->bad, &v->root) && !vv_store_has(f->store, &v->root)) {
			bool expired;
			if ((rc = vv_expired_find(&expired, NULL, f->c->repo, &v->root, err)) < 0) {
				return rc;
			}
			f->expired += expired;
			if (expired) {
				continue;
			}
		}
		if ((rc = vv_progress_part(f->c->progress, "versions", i, f->count, err)) < 0 ||
		    (rc = find_link(f, v, &is_linked, err)) < 0) {
			return rc;
		}
		if (is_linked) {
			continue;
		}
		if (any_bad && !(own = vv_cid_set_new())) return vv_fail_nomem(err);
		rc = walk_version(f, v, own ? own : f->seen, &b, err);
		if (rc == VV_OK && !any_bad && b.missing + b.damaged > 0) {
			/* From now on each version is walked for itself; those before were
			 * sound. */
			any_bad = true;
			if (!(own = vv_cid_set_new())) return vv_fail_nomem(err);
			rc = walk_version(f, v, own, &b, err);
		}
		if (rc == VV_OK && b.missing + b.damaged > 0) {
			tell_below(&b);
		} else if (rc == VV_OK) {
			rc = check_table(f, v, err);
		}
	}
	return rc;
}

#define GIT_PACK_HELP                                                                                  \
	"move it and its index elsewhere; 'git unpack-objects -r < PACK' saves the readable objects, " \
	"'git fetch --refetch' gets the rest from a remote that has it"

static vv_status on_git_pack(void *payload, const char *name, bool index, vv_error *err)
{
	fsck *f = payload;
	vv_status rc;

	vv_auto(char) *what = vv_asprintf("objects/pack/%s does not match its checksum",
					  vv_text_shows(name));
	if ((rc = vv_alloc_ok(what, err)) == VV_OK) {
		print_finding(f,
			      &(finding){.kind = index ? "damaged Git index" : "damaged Git pack",
					 .what = what,
					 .help = index ? NULL : GIT_PACK_HELP});
		rc = index ? vv_string_list_add(&f->git_indexes, vv_strdup(name), err) : VV_OK;
	}
	return rc;
}

/* Versions do not depend on the log, but 'varve whereis' reads it. */
static vv_status check_receipts(fsck *f, vv_error *err)
{
	vv_error why;
	vv_status rc = vv_receipts_of(f->c->repo, NULL, NULL, NULL, &why);

	if (rc == VV_OK) return VV_OK;
	if (rc == VV_ENOMEM) return vv_error_copy(err, &why);
	print_finding(
		f,
		&(finding){
			.kind = "damaged receipts",
			.what = why.message,
			.help = rc == VV_ECORRUPT
					? "'varve fsck --repair' moves the file away, and the next fetch begins a new one"
					: "move the file away; the next fetch begins a new one"});
	return VV_OK;
}

static vv_status run_all(fsck *f, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_git_packs_check(vv_repository_objects(f->c->repo), f->o->data, on_git_pack, f,
				     err)) < 0) {
		return rc;
	}
	if (f->git_indexes.count > 0) {
		if (!f->silent) {
			vv_note("hint: the rest was not checked; %s",
				f->o->repair ? "if the pack is damaged, too, fetch it again: "
					       "'git fetch --refetch'"
					     : "'varve fsck --repair' makes a new index from "
					       "the pack");
		}
		return VV_OK;
	}
	if ((rc = vv_repository_check_packs(f->c->repo, err)) < 0) { /* of alternates */
		return rc;
	}
	f->seen = vv_cid_set_new();
	f->bad = vv_cid_set_new();
	f->hashed = vv_cid_set_new();
	f->checks = vv_table_checks_new();
	if (!f->seen || !f->bad || !f->hashed || !f->checks) return vv_fail_nomem(err);
	if ((rc = vv_repository_store(f->c->repo, &f->store, err)) < 0) return rc;
	vv_store_keep_unpacked(f->store, VV_UNPACKED_TRANSFER);
	if ((rc = vv_store_fsck(f->store, f->o->data, on_record, f, f->c->progress, err)) < 0 ||
	    (rc = vv_roots_settled_each(f->c->repo, on_root, on_unread, f, err)) < 0 ||
	    (f->o->data && (rc = vv_git_loose_check(f->c->repo, on_loose, f, err)) < 0) ||
	    (rc = vv_elsewhere_read(&f->elsewhere, f->c->repo, err)) < 0 ||
	    (rc = check_receipts(f, err)) < 0) {
		return rc;
	}
	return check_versions(f, err);
}

/* Requires a keeper to prove each version with one block. */
static vv_status ask_keeper(fsck *f, const char *name, vv_error *err)
{
	vv_auto_free vv_cid *roots = vv_calloc(f->absent + 1, sizeof(*roots));
	vv_auto_free size_t *places = vv_calloc(f->absent + 1, sizeof(*places));
	size_t count = 0;
	vv_auto_free bool *holds = vv_calloc(f->absent + 1, sizeof(*holds));
	uint64_t shown = 0;
	vv_error why;
	vv_status rc = roots && places && holds ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < f->absent; i++) {
		const version *v = &f->versions[f->away[i]];
		const char *keeper = vv_elsewhere_keeper(f->elsewhere, &v->root);
		if (keeper && strcmp(keeper, name) == 0) {
			roots[count] = v->root;
			places[count++] = f->away[i];
		}
	}
	if (rc < 0 || count == 0) return rc;
	if (strcmp(name, VV_VAULT_SOURCE) == 0) {
		vv_buf_printf(
			&f->keepers,
			"not here: %s, left in the vault; 'varve vault audit' checks its holders\n",
			vv_text_counted(count, "version", "versions"));
		return rc;
	}
	if (strncmp(name, VV_LINK_SCHEME, strlen(VV_LINK_SCHEME)) == 0) {
		vv_buf_printf(
			&f->keepers,
			"not here: %s, linked to %s, which was not asked; 'varve fetch --data "
			"--all' gets %s\n",
			vv_text_counted(count, "version", "versions"),
			vv_text_url(name + strlen(VV_LINK_SCHEME)), count == 1 ? "it" : "them");
		return rc;
	}
	const bool answered = vv_proof_find_named(holds, f->c->repo, name, &vv_notes_stderr, roots,
						  count, &why) == VV_OK;
	if (!answered && why.code == VV_ENOMEM) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		shown += holds[i];
		if (answered && !holds[i]) {
			print_finding(f, &(finding){.kind = "lost table",
						    .what = "the holder does not have it",
						    .cid = &roots[i],
						    .v = &f->versions[places[i]]});
		}
	}
	f->shown += shown;
	if (!answered && count > shown) {
		vv_buf_printf(
			&f->keepers,
			"not here: %s, dropped since %s had copies; asking it for proof failed: %s\n",
			vv_text_counted(count - shown, "version", "versions"), vv_reach_shown(name),
			why.message);
		count = shown;
	}
	if (count == 0) return rc;
	vv_buf_printf(&f->keepers, "not here: %s; %s has just sent a block of %s as proof\n",
		      vv_text_counted(count, "version", "versions"), vv_reach_shown(name),
		      shown == count ? "each" : vv_text_count(shown));
	return rc;
}

static vv_status ask_keepers(fsck *f, vv_error *err)
{
	const char *name;
	vv_status rc;

	if (!f->o->data || f->silent || f->absent == 0 || getenv(VV_OFFLINE_VAR)) return VV_OK;
	f->asked = true;
	for (size_t i = 0; (name = vv_elsewhere_remote(f->elsewhere, i)); i++) {
		if ((rc = ask_keeper(f, name, err)) < 0) return rc;
	}
	return VV_OK;
}

static void tell_elsewhere(const fsck *f)
{
	const char *name;

	if (f->asked) {
		vv_out("%s", vv_buf_cstr(&f->keepers));
		return;
	}
	vv_out("not here: %s, left with", vv_text_counted(f->absent, "version", "versions"));
	for (size_t i = 0; (name = vv_elsewhere_remote(f->elsewhere, i)) != NULL; i++) {
		vv_out("%s %s", i > 0 ? "," : "", vv_reach_shown(name));
	}
	vv_out(" (no peer was asked); 'varve fetch --data --all' gets %s\n",
	       f->absent == 1 ? "it" : "them");
}

/* A list of expired versions that does not count: a line, or an item of the JSON. */
static vv_status on_left_list(void *payload, const vv_expired_left *l, vv_error *err)
{
	fsck *f = payload;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	vv_expired_left_put(&text, l);
	if ((rc = vv_buf_ok(&text, err)) < 0) return rc;
	if (wants_json(f)) {
		vv_json_string(&f->w, text.data);
	} else if (!f->o->quiet) {
		vv_out("%s\n", text.data);
	}
	return rc;
}

static vv_status tell_left_lists(fsck *f, vv_error *err)
{
	const vv_expired *lists;
	vv_status rc = vv_expired_read(&lists, f->c->repo, err);

	if (wants_json(f)) {
		vv_json_add_array(&f->w, "expiredLists");
	}
	rc = rc < 0 ? rc : vv_expired_left_each(lists, on_left_list, f, err);
	if (wants_json(f)) {
		vv_json_close_array(&f->w);
	}
	return rc;
}

static vv_status finish_report(fsck *f, vv_error *err)
{
	vv_status rc = VV_OK;

	if (wants_json(f)) {
		vv_json_close_array(&f->w);
		if ((rc = tell_left_lists(f, err)) < 0) return rc;
		vv_json_put_members(&f->w, {JSON_NUMBER("versions", f->count)},
				    {JSON_NUMBER("elsewhere", f->absent + f->linked)},
				    {JSON_NUMBER("expired", f->expired)},
				    {JSON_NUMBER_WHEN(f->asked, "shown", f->shown)},
				    {JSON_NUMBER("records", f->records)},
				    {JSON_NUMBER("rebuiltIndexes", f->rebuilt)});
		vv_json_close_object(&f->w);
		rc = vv_out_json(&f->json, err);
	} else if (f->problems > 0) {
		vv_out("%s %s\n", vv_text_count(f->problems),
		       f->problems == 1 ? "problem" : "problems");
	} else if (!f->o->quiet) {
		vv_out("sound: %s, %s%s\n",
		       vv_text_counted(f->count - f->absent - f->linked - f->expired,
				       "version of a table", "versions of tables"),
		       vv_text_counted(f->records, "block", NULL),
		       f->o->data ? ", every byte" : "");
	}
	if (!wants_json(f) && !f->o->quiet && f->expired > 0) {
		vv_out("expired: %s\n", vv_text_counted(f->expired, "version", NULL));
	}
	if (!wants_json(f) && (rc = tell_left_lists(f, err)) < 0) return rc;
	if (!wants_json(f) && !f->o->quiet && f->absent > 0) {
		tell_elsewhere(f);
	}
	return rc;
}

static void fsck_clear(fsck *f)
{
	vv_array_clear(f->versions, f->count, it, vv_free(it->path));
	vv_string_list_clear(&f->files);
	vv_string_list_clear(&f->git_indexes);
	vv_free(f->away);
	vv_buf_clear_all(&f->keepers, &f->unread, &f->json);
	vv_cid_set_free(f->seen);
	vv_cid_set_free(f->bad);
	vv_cid_set_free(f->hashed);
	vv_elsewhere_free(f->elsewhere);
	vv_table_checks_free(f->checks);
}
VV_AUTO_CLEAR(fsck, fsck_clear)

/* ---- repair ---- */

static vv_status on_mended(void *payload, const version *v, const char *file, const char *what,
			   vv_error *err VV_UNUSED)
{
	fsck *f = payload;
	vv_auto(char) *rev = NULL;

	f->mended++;
	if (wants_json(f)) {
		vv_json_put_object(&f->w, {JSON_SAID(v ? "from" : "what", what)},
				   {JSON_SAID("file", file)}, {JSON_SAID("path", path_of(v))},
				   {JSON_SAID("commit", commit_of(v))});
		return VV_OK;
	}
	if (v && !vv_oid_is_null(&v->commit)) {
		(void)vv_rev_short(f->c->repo, &v->commit, &rev, VV_IGNORED);
	}
	if (f->o->quiet) {
		/* only the damaged part */
	} else if (v) {
		vv_out("repaired: %s:%s: from %s\n", rev ? rev : "", vv_text_shows(v->path),
		       vv_text_shows(what));
	} else {
		vv_out("repaired: %s: %s\n", vv_text_shows(file), what);
	}
	return VV_OK;
}

/* Indexes of Git's packs, before anything else can be read. Those that cannot be made again remain, and are
 * reported with the rest. */
static vv_status repair_indexes(fsck *f, const fsck *before, vv_error *err)
{
	vv_status rc;

	vv_array_each(before->git_indexes.items, before->git_indexes.count, name) {
		const char *what = NULL;
		vv_auto(char) *file = vv_path_join("objects/pack", *name, (char *)NULL);

		if (!file) return vv_fail_nomem(err);
		rc = vv_git_pack_mend(f->c->repo, *name, &what, err);
		rc = rc == VV_OK ? on_mended(f, NULL, file, what, err) : rc;
		if (rc < 0 && rc != VV_ECORRUPT) return rc;
	}
	vv_context_close(f->c);
	return vv_context_need(f->c, vv_cmd_fsck.needs, err);
}

static vv_status repair_receipts(fsck *f, vv_error *err)
{
	vv_auto(char) *kept = NULL;
	vv_auto(char) *what = NULL;
	vv_status rc = vv_receipts_move_damaged(f->c->repo, &kept, err);

	/* A log that cannot be read otherwise is reported, and the rest is repaired. */
	if (rc < 0 || !kept) return vv_error_excuse(rc, rc != VV_ENOMEM, err);
	what = vv_asprintf("the damaged file was renamed to %s", vv_text_shows(kept));
	return what ? on_mended(f, NULL, "receipts", what, err) : vv_fail_nomem(err);
}

/* Checks, repairs any damage, and reports into f. */
static vv_status repair_damage(fsck *f, vv_error *err)
{
	vv_auto(fsck) before = {.o = f->o, .c = f->c, .silent = true};
	vv_status rc = run_all(&before, err);

	if (rc == VV_OK && before.git_indexes.count > 0 &&
	    (rc = repair_indexes(f, &before, err)) == VV_OK) {
		fsck_clear(&before);
		before = (fsck){.o = f->o, .c = f->c, .silent = true};
		rc = run_all(&before, err);
	}
	f->rebuilt = before.rebuilt;
	if (rc == VV_OK && before.problems > 0) {
		const vv_repair ask = {.reader = f->c->reader,
				       .versions = before.versions,
				       .count = before.count,
				       .files = (const char *const *)before.files.items,
				       .file_count = before.files.count,
				       .from = &f->o->from,
				       .told = on_mended,
				       .payload = f};

		rc = vv_repair_run(&ask, err);
		rc = rc < 0 ? rc : repair_receipts(f, err);
	}
	/* blocks received by a killed repair are in the store by now */
	if (rc < 0 || (rc = vv_incoming_tidy(f->c->repo, err)) < 0) return rc;
	return vv_git_receive_clean(f->c->repo, err);
}

static int check_fsck(const vv_context *c)
{
	const options *o = c->options;

	return o->from.count > VV_REPAIR_PEERS_MAX
		       ? vv_usage_error("--from: at most %u peers", VV_REPAIR_PEERS_MAX)
		       : VV_EXIT_OK;
}

/* Hints at other sources for blocks still missing. */
static void hint_from(const fsck *f)
{
	if (wants_json(f) || f->blocks_wrong == 0) return;
	vv_note("hint: %s",
		!f->o->repair
			? "'varve fsck --repair --from REMOTE' takes missing and damaged blocks from "
			  "the work tree and the remote"
		: f->o->from.count > 0
			? "another repository may have the missing blocks: 'varve fsck --repair --from URL'"
			: "a remote may have the missing blocks: 'varve fsck --repair --from REMOTE'");
}

static vv_status run_fsck(vv_context *c, vv_error *err)
{
	vv_auto(fsck) f = {.o = c->options, .c = c};
	vv_status rc;

	f.w = vv_json_begin_object(&f.json, 2);
	if (f.o->repair) {
		vv_json_add_array(&f.w, "repaired");
		if ((rc = repair_damage(&f, err)) < 0) return rc;
		vv_json_close_array(&f.w);
	}
	vv_json_add_array(&f.w, "problems");
	if ((rc = run_all(&f, err)) < 0 || (rc = ask_keepers(&f, err)) < 0 ||
	    (rc = finish_report(&f, err)) < 0) {
		return rc;
	}
	c->code = f.problems ? VV_EXIT_NO : VV_EXIT_OK;
	if (f.problems == 0) {
		/* blocks missing at their arrival are here by now */
		rc = vv_repository_set_incomplete(c->repo, false, err);
	}
	if (rc == VV_OK && f.later && !wants_json(&f)) {
		vv_note("hint: upgrade varve to check pointers written by newer versions");
	}
	if (rc == VV_OK) {
		hint_from(&f);
	}
	return rc;
}

const vv_command vv_cmd_fsck = {
	.name = "fsck",
	.group = "care",
	.summary = "check that every version is complete and undamaged",
	.usage = "[--data] [--json]\n--repair [--from REMOTE]...",
	.example = "$ varve fsck --data\nsound: 60 versions of tables, 1,204 blocks, every byte",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "something is damaged or missing",
	.arguments = "",
	.takes = "",
	.rules = option_rules,
	.check = check_fsck,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_READER | VV_NEEDS_NO_PACKS,
	.run = run_fsck,
};
