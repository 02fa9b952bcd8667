/*
 * doctor_peers: checks whether the remotes answer, one after the other.
 */
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/proof.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "lib/status/doctor.h"
#include "transport/line/url.h"

/* A place of a remote. */
typedef struct asked {
	const char *name; /* of the remote */
	const char *url;  /* to which it only pushes; NULL: from which it fetches */
	bool only;        /* the only remote, from which a fetch brings blocks */
} asked;

/* Seconds until silence counts as no answer. */
enum { PATIENCE = 10 };

/* A fetch does not bring blocks that the only remote has lost, or if it is not contacted. */
static vv_status mend_otherwise(vv_doctor *d, const char *with, vv_error *err)
{
	vv_array_each(d->findings, d->count, f) {
		if (f->fetch) {
			char *mend = vv_strdup(with);
			if (!mend || d->mend.failed) {
				vv_free(mend);
				return vv_fail_nomem(err);
			}
			vv_free(f->mend);
			f->mend = mend;
		}
	}
	return VV_OK;
}

/* Reports that a question to a remote failed with rc. */
static vv_status say_failed(vv_doctor *d, vv_status rc, const char *what, const char *name,
			    const char *how, vv_error *why, vv_error *err)
{
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	vv_hint_word(why, d->words);
	return vv_doctor_say(d, "peer", true, why->hint, err, "%s of the remote %s %s: %s", what,
			     vv_text_shows(name), how, why->message);
}

/* Do packs match their names? Limits in bytes for packs never seen here, and for others. */
#define PACKS_UNSEEN ((uint64_t)64 << 20)
#define PACKS_SEEN ((uint64_t)8 << 20)

static vv_status look_at_packs(vv_doctor *d, vv_git_host *host, const char *name, vv_error *err)
{
	vv_host_verifying v = {
		.sample = true, .unseen_bytes = PACKS_UNSEEN, .seen_bytes = PACKS_SEEN};
	const vv_blocks_source *own;
	vv_error why;
	vv_status rc = vv_git_host_place(host, 0, &own, &why);

	if (rc == VV_OK && own->host) {
		rc = vv_host_verify(own->host, &v, &why);
	}
	if (rc < 0) return say_failed(d, rc, "the packs", name, "cannot be fetched", &why, err);
	if (v.bad_packs == 0) return VV_OK;
	return vv_doctor_say(
		d, "peer", true, vv_doctor_hint(d, VV_HINT_PUSH_BLOCKS_TO, name), err,
		"%s of the remote %s %s damaged (in %s): %s",
		vv_text_counted(v.bad_packs, "pack", NULL), vv_text_shows(name),
		v.bad_packs == 1 ? "is" : "are", vv_text_url(vv_git_host_blocks_place(host)),
		vv_text_counted(v.lost, "block is lost there", "blocks are lost there"));
}

/* Does a store show a random block of each version? */
static vv_status look_at_versions(vv_doctor *d, vv_repository *r, const vv_reached *there,
				  const char *name, vv_error *err)
{
	vv_auto(vv_cid_map) *versions = NULL;
	vv_auto(vv_cids) roots = {0};
	uint64_t lost = 0;
	vv_error why;
	vv_status rc = vv_git_host_promises(there->host, &versions, &why);

	for (size_t i = 0; rc == VV_OK && versions && i < vv_cid_map_count(versions); i++) {
		rc = vv_cids_add(&roots, vv_cid_map_cid(versions, i), &why);
	}
	if (rc == VV_OK && roots.count > 0) {
		rc = vv_proof_count_lost(&lost, there, r, roots.items, roots.count, &why);
	}
	if (rc < 0) return say_failed(d, rc, "the blocks", name, "cannot be read", &why, err);
	if (lost > 0) {
		rc = vv_doctor_say(
			d, "peer", true, vv_doctor_hint(d, VV_HINT_PUSH_BLOCKS_TO, name), err,
			"the store of the remote %s could not send a requested block of %s",
			vv_text_shows(name),
			vv_text_counted(lost, "version of a table", "versions of tables"));
	}
	return rc;
}

static vv_status say_untrusted(vv_doctor *d, const char *url, vv_error *err)
{
	vv_auto(vv_buf) site = VV_BUF_INIT;
	const bool known = vv_block_peer_site(&site, url, VV_IGNORED) == VV_OK && site.len > 0;

	return vv_doctor_say(
		d, "peer", true,
		vv_doctor_mend(d, "git config --global --add varve.trustedHost %s",
			       known ? vv_text_word(vv_buf_cstr(&site)) : "URL"),
		err, "%s names blocks at %s, a host that is not trusted: it is not contacted",
		VV_BLOCKS_CONFIG, vv_text_url(url));
}

/* Has a Git host the blocks that its refs need? */
static vv_status look_for_blocks(vv_doctor *d, vv_git_host *host, const asked *a, bool *whole,
				 vv_error *err)
{
	const char *name = a->name;
	vv_host_lost lost;
	vv_error why;
	vv_status rc = vv_git_host_lost(host, &lost, &why);

	*whole = false;
	if (rc < 0 && vv_git_host_untrusted(host)) {
		if ((rc = say_untrusted(d, vv_git_host_untrusted(host), err)) < 0) return rc;
		return mend_otherwise(d, d->findings[d->count - 1].mend, err);
	}
	if (rc < 0) return say_failed(d, rc, "the blocks", name, "cannot be read", &why, err);
	*whole = lost.versions == 0;
	if (*whole) return look_at_packs(d, host, name, err);
	const char *mend = lost.here > 0 ? vv_doctor_hint(d, VV_HINT_PUSH_BLOCKS_TO, name)
					 : vv_doctor_hint(d, VV_HINT_BLOCKS_ASK, NULL);
	const char *at = "", *url = "";

	if (a->url) {
		at = ", at its URL ";
		url = vv_text_url(a->url);
	}
	rc = vv_doctor_say(
		d, "peer", true, mend, err,
		"the remote %s%s%s lacks the blocks of %s that its branches and tags need (in "
		"%s%s%s)",
		vv_text_shows(name), at, url,
		vv_text_counted(lost.versions, "version of a table", "versions of tables"),
		vv_text_url(vv_git_host_blocks_place(host)), *lost.lacks ? ": " : "", lost.lacks);
	return rc == VV_OK && a->only && lost.here == 0 ? mend_otherwise(d, mend, err) : rc;
}

/* Who clones by git gets the blocks' branch in the work tree. */
static vv_status look_at_head(vv_doctor *d, vv_git_host *host, const char *name, vv_error *err)
{
	const char *head = vv_git_host_hello(host)->head;

	if (!vv_git_host_has_blocks_head(host)) return VV_OK;
	return vv_doctor_say(d, "peer", true,
			     "choose another default branch in the settings of "
			     "the host",
			     err,
			     "the default branch of the remote %s contains blocks of tables "
			     "instead of %s",
			     vv_text_shows(name), head ? vv_text_shows(head) : "a branch of yours");
}

/* Those that keep the blocks in the host's place: are they there? */
static vv_status ask_block_peers(vv_doctor *d, vv_transfer *t, vv_git_host *host, const char *name,
				 vv_error *err)
{
	const vv_blocks_sources *from;
	vv_error why;
	vv_status rc = vv_git_host_sources(host, &from, &why);

	if (rc < 0) return say_failed(d, rc, "the block peers", name, "are unknown", &why, err);
	for (size_t i = 0; rc == VV_OK && i < from->count; i++) {
		const vv_blocks_source *s = &from->items[i];
		vv_supplier peer;

		if (s->kind == VV_FROM_PEER && !s->trusted) {
			rc = say_untrusted(d, s->url, err);
		}
		if (s->kind != VV_FROM_PEER || !s->trusted) {
			continue;
		}
		if ((rc = vv_reach_supplier(t, &peer, s->url, &why)) == VV_OK) {
			vv_reach_supplier_clear(&peer);
			continue;
		}
		vv_hint_word(&why, d->words);
		if (rc == VV_ENOMEM) {
			rc = vv_fail_nomem(err);
		} else {
			rc = vv_doctor_say(d, "peer", true,
					   why.hint[0] ? why.hint
						       : "try again; if the address has changed, "
							 "correct it in .varveconfig or "
							 "remote.NAME.varveUrl",
					   err, "the block peer %s cannot be reached: %s",
					   vv_text_url(s->url), why.message);
		}
	}
	return rc;
}

/* The store that .varveconfig of the remote's HEAD names, owned; NULL: none, or that commit is not here. */
static char *store_of(vv_repository *r, const vv_hello *there)
{
	vv_auto(vv_blocks_config) c = {0};
	const vv_store_config *store = NULL;
	char *url = NULL;
	const vv_remote_ref *head = there->head ? vv_array_find(there->refs, there->ref_count, it,
								strcmp(it->name, there->head) == 0)
						: NULL;

	if (head && vv_blocks_config_read(&c, r, &head->id, VV_IGNORED) == VV_OK) {
		store = vv_blocks_config_store(&c, NULL);
	}
	if (store) {
		(void)vv_store_url_absolute(&url, r, store->url, VV_IGNORED);
	}
	return url;
}

/* A fork inherits .varveconfig, but a gc of the store sees the refs of one host and one clone. */
static vv_status look_for_shared(vv_doctor *d, const vv_string_list *names, char *const *stores,
				 vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < names->count; i++) {
		char *const *first = vv_array_find(stores, i, it, vv_text_same(*it, stores[i]));

		if (stores[i] && first) {
			rc = vv_doctor_say(
				d, "store", false, vv_doctor_hint(d, VV_HINT_STORE_FORK, NULL), err,
				"the remotes %s and %s share a store (%s): a gc in a clone of one "
				"of them removes versions that only the other has",
				vv_text_shows(names->items[first - stores]),
				vv_text_shows(names->items[i]), vv_text_url(stores[i]));
		}
	}
	return rc;
}

/* The addresses of one repository are not those of a fork. ids: of the repositories examined before. */
static vv_status note_store(char **store, vv_string_list *ids, vv_repository *r,
			    const vv_hello *there, vv_error *err)
{
	if (vv_array_find(ids->items, ids->count, it, *there->id && strcmp(*it, there->id) == 0)) {
		return VV_OK;
	}
	*store = store_of(r, there);
	return vv_string_list_add(ids, vv_strdup(there->id), err);
}

static vv_status ask_remote(vv_doctor *d, vv_repository *r, const asked *a, char **store,
			    vv_string_list *ids, vv_error *err)
{
	const char *name = a->name;
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_reached) reached = {0};
	vv_error why = {0};
	bool whole;
	vv_status rc;

	if ((rc = vv_transfer_open(&t, r, NULL, true, PATIENCE, err)) < 0) return rc;
	rc = vv_remote_find(&m, r, name, &why);
	if (rc == VV_OK && a->url) {
		rc = vv_remote_push_at(&m, r, a->url, &why);
	}
	if (rc == VV_OK) {
		/* of a peer others may read its ref of blocks, or a store */
		rc = vv_reach_as_host(&reached, &t, &m, false, true, &why);
	}
	if (rc == VV_OK && !a->url && (rc = note_store(store, ids, r, reached.hello, err)) < 0) {
		return rc;
	}
	if (rc == VV_OK && reached.host) {
		t.connect.ask = NULL; /* this command does not prompt for trust */
		rc = look_for_blocks(d, reached.host, a, &whole, err);
		if (rc == VV_OK && whole) {
			rc = look_at_versions(d, r, &reached, name, err);
		}
		if (rc == VV_OK && (rc = look_at_head(d, reached.host, name, err)) == VV_OK) {
			rc = ask_block_peers(d, &t, reached.host, name, err);
		}
		return rc;
	}
	if (rc == VV_ENOMEM) {
		rc = vv_fail_nomem(err);
	} else if (rc < 0) {
		vv_hint_word(&why, d->words);
		rc = vv_doctor_say(
			d, "peer", true,
			why.hint[0] ? why.hint : vv_doctor_hint(d, VV_HINT_REMOTE_MOVED, name), err,
			"the remote %s cannot be checked (%s): %s", vv_text_shows(name),
			vv_text_url(m.url ? m.url : ""), why.message);
	}
	return rc;
}

/* The places to which a remote only pushes. */
static vv_status ask_push_only(vv_doctor *d, vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_string_list) urls = {0};
	vv_status rc;

	if (vv_remote_find(&m, r, name, VV_IGNORED) < 0) return VV_OK;
	if ((rc = vv_remote_push_only(&urls, r, &m, err)) < 0) return rc;
	vv_array_each(urls.items, urls.count, url) {
		const asked a = {.name = name, .url = *url};

		if ((rc = ask_remote(d, r, &a, NULL, NULL, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_doctor_peers(vv_doctor *d, vv_repository *r, vv_error *err)
{
	vv_auto(vv_string_list) names = {0}, ids = {0};
	vv_status rc = vv_remote_names(&names, r, err);
	vv_auto(vv_string_list) stores = {.items = vv_calloc(names.count + 1, sizeof(char *)),
					  .count = names.count};

	if (rc < 0) return rc;
	if (!stores.items) return vv_fail_nomem(err);
	for (size_t i = 0; i < names.count && rc == VV_OK; i++) {
		const asked a = {.name = names.items[i], .only = names.count == 1};
		rc = ask_remote(d, r, &a, &stores.items[i], &ids, err);
		rc = rc < 0 ? rc : ask_push_only(d, r, a.name, err);
	}
	return rc < 0 ? rc : look_for_shared(d, &names, stores.items, err);
}
