/*
 * vault_source: how a want of a block becomes a read of shards, and which of them are here already.
 *
 * One vault is shared by its sources, whose threads take turns with it: its lock is held while items are read out of
 * shards that are here, and never while a holder is asked, but by the last source.
 */
#include "cmd/vault/work/vault_source.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/keys/key_file.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/vault/keep/key_ring.h"
#include "cmd/vault/sealed/holder_open.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/session.h"
#include "cmd/vault/work/shard_source.h"
#include "lib/sources/vault_supplier.h"
#include "repo/blocks/cid_map.h"
#include "transport/protocol/ask.h"

#define SHARDS_MAX 32u /* that are kept open: some 32 MB */

/* What is in a shard. */
typedef struct open_shard {
	vv_cid cid;
	vv_buf content;
	uint64_t used; /* when; 0: never */
} open_shard;

typedef struct vault {
	unsigned users; /* sources; of the thread that opens and closes them */
	vv_holder_configs configs;
	vv_repository *repo; /* an opening of its own, for the session */
	const vv_notes *notes;
	bool asked;     /* by its name */
	vv_mutex *lock; /* guards all below */
	bool tried, readable,
		reached; /* reached: the session's own lines to holders, for the last source */
	vv_vault_session session;
	vv_contents contents;
	open_shard shards[SHARDS_MAX];
	uint64_t clock;
	const vv_kept *needs; /* the shard that the last read lacked; NULL: it was another reason */
	bool whole;           /* the last source reads: from anybody, stripes too */
} vault;

/* One of its sources. */
typedef struct source {
	vault *v;
	const vv_holder_config *config; /* NULL: the last one */
	vv_repository *repo;            /* an opening of its own, for the line */
	vv_connect_options connect;
	atomic_bool stopped;
	vv_vault_holder *holder; /* NULL: not asked yet */
	char *name;
	vv_buf shard, block;
	vv_cid_map *brought; /* shards that came from its holder; NULL until one did */
	atomic_uint_least64_t taken;
} source;

/* --- shards that are here -------------------------------------------------------------------------- */

/* A vv_shard_content_fn. */
static vv_status read_shard(void *payload, const vv_kept *k, vv_buf *content, vv_error *err)
{
	vault *v = payload;

	for (size_t i = 0; i < SHARDS_MAX; i++) {
		open_shard *o = &v->shards[i];
		if (o->used > 0 && vv_cid_equal(&o->cid, &k->shard.cid)) {
			o->used = ++v->clock;
			vv_buf_put(content, vv_buf_cstr(&o->content), o->content.len);
			return vv_buf_ok(content, err);
		}
	}
	if (v->whole) {
		vv_status rc = v->reached ? VV_OK : vv_vault_session_reach(&v->session, err);
		if (rc < 0) return rc;
		v->reached = true;
		return vv_vault_shard_content(&v->session, k, content, err);
	}
	v->needs = k;
	return vv_fail(err, VV_EMISSING, "a shard is not here yet");
}

/* In the place of the one that was used least lately. */
static vv_status put_shard(vault *v, const vv_kept *k, const vv_buf *bytes, vv_error *err)
{
	open_shard *o = &v->shards[0];
	vv_status rc;

	for (size_t i = 1; i < SHARDS_MAX; i++) {
		o = v->shards[i].used < o->used ? &v->shards[i] : o;
	}
	o->used = 0;
	vv_buf_reset(&o->content);
	if ((rc = vv_vault_shard_unseal(&v->session, bytes, &o->content, err)) == VV_OK) {
		o->cid = k->shard.cid;
		o->used = ++v->clock;
	}
	return rc;
}

/* --- the vault ---------------------------------------------------------------------------------------- */

static void be_brief(vv_connect_options *o)
{
	o->idle_sec = vv_idle_sec(o) < VV_VAULT_UNASKED_IDLE ? vv_idle_sec(o)
							     : VV_VAULT_UNASKED_IDLE;
}

static vv_status open_vault(vault *v, vv_error *err)
{
	const vv_session_options o = {
		.need_key = true, .quiet = true, .notes = v->notes, .again = v->asked};
	vv_vault_session *s = &v->session;
	vv_status rc = vv_vault_session_open(s, v->repo, &o, err);

	v->tried = true;
	if (rc == VV_OK && !v->asked) {
		s->transfer.connect.ask = NULL; /* nobody is asked from a thread */
		be_brief(&s->transfer.connect);
	}
	/* A new clone does not have the ledger yet. */
	if (rc < 0 || (rc = vv_vault_session_need_vault(s, err)) < 0 ||
	    ((v->asked || !s->state) && (rc = vv_vault_session_connect(s, err)) < 0) ||
	    (rc = vv_vault_session_need_ledger(s, err)) < 0 ||
	    (rc = vv_vault_session_need_reader(s, err)) < 0 ||
	    (rc = vv_contents_open(&v->contents, s, err)) < 0) {
		return rc;
	}
	v->reached = v->asked;
	s->transfer.connect.ask = NULL; /* nobody is asked from a thread */
	v->contents.from = read_shard;
	v->contents.from_payload = v;
	vv_vault_session_unlock(s);
	v->readable = true;
	return VV_OK;
}

static void close_vault(vault *v)
{
	vv_contents_close(&v->contents);
	if (v->tried) {
		vv_vault_session_close(&v->session);
	}
	for (size_t i = 0; i < SHARDS_MAX; i++) {
		vv_buf_clear(&v->shards[i].content);
	}
	vv_holder_configs_clear(&v->configs);
	vv_repository_close(v->repo);
	vv_mutex_free(v->lock);
	vv_free(v);
}

/* --- one source ----------------------------------------------------------------------------------------- */

static bool has_shard(const source *s, const vv_kept *k)
{
	const vv_vault_session *session = &s->v->session;

	if (!s->config) return s->v->asked || k->stripe > 0;
	for (size_t i = 0; i < k->copy_count; i++) {
		const vv_vault_place *p = vv_vault_place_of(session, k->copies[i].holder);
		if (k->copies[i].receipt && !k->copies[i].bad && p &&
		    strcmp(p->config->url, s->config->url) == 0) {
			return true;
		}
	}
	return false;
}

/* A vv_source_look_fn: a shard is a parcel, by the first bytes of its digest. */
static vv_status source_look(void *payload, const vv_lacking *wants, size_t count,
			     uint32_t *parcels, vv_error *err VV_UNUSED)
{
	source *s = payload;
	vault *v = s->v;

	atomic_store(&s->stopped, false);
	vv_mutex_lock(v->lock);
	if (!v->tried) {
		(void)open_vault(v, VV_IGNORED);
	}
	for (size_t i = 0; i < count; i++) {
		const vv_kept *k = v->readable ? vv_contents_shard(&v->contents, &wants[i].cid)
					       : NULL;
		parcels[i] = VV_NO_PARCEL;
		if (k && has_shard(s, k)) {
			memcpy(&parcels[i], k->shard.cid.digest, sizeof(parcels[i]));
			parcels[i] -= parcels[i] == VV_NO_PARCEL;
		}
	}
	vv_mutex_unlock(v->lock);
	return VV_OK;
}

static void source_stop(void *payload)
{
	source *s = payload;
	atomic_store(&s->stopped, true);
}

static uint64_t source_taken(void *payload)
{
	source *s = payload;
	return atomic_load(&s->taken);
}

static vv_status open_holder(source *s, vv_error *err)
{
	const vv_holder_facts facts = {.name = s->config->name,
				       .url = s->config->url,
				       .domain = s->config->domain,
				       .quota = s->config->quota,
				       .key = s->config->key,
				       .self = &s->v->session.key};

	return s->holder ? VV_OK
			 : vv_vault_holder_open(&s->holder, &facts, &s->connect, false, err);
}

/* From the source's holder. VV_EMISSING: it does not have it. */
static vv_status fetch_shard(source *s, const vv_kept *k, vv_error *err)
{
	vault *v = s->v;
	vv_status rc;

	if (!s->config) return vv_fail(err, VV_EMISSING, "no holder has the shard");
	if ((rc = open_holder(s, err)) < 0 ||
	    (rc = vv_holder_get_shard(s->holder, vv_ledger_vault(v->session.ledger), &k->shard,
				      &s->shard, err)) < 0) {
		if (rc != VV_EMISSING) {
			vv_vault_holder_close(s->holder);
			s->holder = NULL;
		}
		return rc;
	}
	atomic_fetch_add(&s->taken, s->shard.len);
	if ((!s->brought && !(s->brought = vv_cid_map_new())) ||
	    vv_cid_map_put(s->brought, &k->shard.cid, 0, NULL, err) < 0) {
		return vv_fail_nomem(err);
	}
	vv_mutex_lock(v->lock);
	rc = put_shard(v, k, &s->shard, err);
	vv_mutex_unlock(v->lock);
	/* sealed otherwise than its epoch says: the fault of who wrote it, and not of its holder */
	return rc == VV_ENOMEM || rc == VV_OK ? rc : vv_recode(err, VV_EMISSING);
}

/* Who gives a block is thanked for it: so its shard is to come from this source's holder, also where that of another one has
 * brought it. VV_EMISSING: it does not have it. */
static vv_status bring_shard(source *s, const vv_cid *cid, vv_error *err)
{
	vault *v = s->v;
	size_t at;

	if (!s->config) return VV_OK;
	vv_mutex_lock(v->lock);
	const vv_kept *k = v->readable ? vv_contents_shard(&v->contents, cid) : NULL;
	vv_mutex_unlock(v->lock);
	return k && !(s->brought && vv_cid_map_find(s->brought, &k->shard.cid, &at))
		       ? fetch_shard(s, k, err)
		       : VV_OK;
}

/* A block, with as many shards as it takes. *has false: this source cannot give it. */
static vv_status read_block(source *s, const vv_cid *cid, vv_cid *base, bool *has, vv_error *err)
{
	vault *v = s->v;
	vv_status rc;

	*has = false;
	if ((rc = bring_shard(s, cid, err)) < 0) return rc == VV_EMISSING ? VV_OK : rc;
	for (unsigned tries = 0; tries < SHARDS_MAX; tries++) {
		vv_mutex_lock(v->lock);
		v->needs = NULL;
		v->whole = s->config == NULL;
		rc = vv_contents_get(&v->contents, cid, &s->block, base, VV_IGNORED);
		v->whole = false;
		const vv_kept *needs = v->needs;
		vv_mutex_unlock(v->lock);
		*has = rc == VV_OK;
		if (rc == VV_OK || rc == VV_ENOMEM || !needs) {
			return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
		}
		if ((rc = fetch_shard(s, needs, err)) < 0) return rc == VV_EMISSING ? VV_OK : rc;
	}
	return VV_OK;
}

/* A vv_source_fn. */
static vv_status source_blocks(void *payload, const vv_lacking *wants, size_t count,
			       vv_peer_block_fn fn, void *fn_payload, vv_error *err)
{
	source *s = payload;
	vv_cid base;
	bool has;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_cid *cid = &wants[i].cid;
		if ((rc = read_block(s, cid, &base, &has, err)) < 0) return rc;
		const vv_block_received b = {.cid = *cid,
					     .bytes = vv_buf_cstr(&s->block),
					     .len = s->block.len,
					     .base = base};
		rc = fn(fn_payload, i, has ? &b : NULL, err);
	}
	return rc;
}

static void source_close(void *payload)
{
	source *s = payload;

	vv_vault_holder_close(s->holder);
	vv_repository_close(s->repo);
	vv_buf_clear(&s->shard);
	vv_buf_clear(&s->block);
	vv_cid_map_free(s->brought);
	vv_free(s->name);
	if (--s->v->users == 0) {
		close_vault(s->v);
	}
	vv_free(s);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

/* config NULL: the last one. */
static vv_status add_source(vault *v, const vv_transfer *t, const vv_holder_config *config,
			    vv_supplier *out, vv_error *err)
{
	source *s = vv_calloc(1, sizeof(*s));
	vv_buf name = VV_BUF_INIT;

	if (!s) return vv_fail_nomem(err);
	s->v = v;
	v->users++;
	s->config = config;
	s->connect = t->connect;
	s->connect.stopped = &s->stopped;
	s->connect.foreign = NULL;
	s->connect.ask = NULL; /* nobody is asked from a thread */
	if (!v->asked) {
		be_brief(&s->connect);
		s->connect.first_sec = VV_ASK_FIRST_SEC;
	}
	vv_buf_printf(&name, config ? "holder %s" : "the vault", config ? config->name : "");
	s->name = vv_buf_detach(&name);
	vv_status rc = s->name ? vv_repository_open(&s->repo, vv_repository_gitdir(t->repo),
						    vv_repository_env(t->repo), err)
			       : vv_fail_nomem(err);
	if (rc < 0) {
		source_close(s);
		return rc;
	}
	s->connect.repo = s->repo;
	*out = (vv_supplier){.name = s->name,
			     .source = source_blocks,
			     .payload = s,
			     .close = source_close,
			     .stop = source_stop,
			     .look = source_look,
			     .taken = source_taken,
			     .group = v,
			     .id = vv_speed_source(config ? config->url : VV_VAULT_SOURCE),
			     .last = config == NULL,
			     .unasked = !v->asked};
	return VV_OK;
}

/* Can the vault be read without asking anybody anything? */
static bool takes_part(const vv_transfer *t, const vv_holder_configs *c)
{
	vv_vault_policy policy;
	const vv_env *env = vv_repository_env(t->repo);
	char did[VV_DID_TEXT];
	vv_auto(char) *key = vv_key_ring_path(env, "key", VV_IGNORED);
	bool sealed = false;

	return key && c->count > 0 && vv_vault_policy_read(&policy, t->repo, VV_IGNORED) == VV_OK &&
	       !vv_cid_is_null(&policy.vault) && vv_exists(key) &&
	       vv_key_file_look(did, &sealed, key, VV_IGNORED) == VV_OK &&
	       (!sealed || vv_env_get(env, "VARVE_PASSPHRASE_FILE"));
}

static vv_status open_sources(vault *v, vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			      vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < v->configs.count && *count + 1 < max; i++) {
		if (!v->configs.items[i].dead) {
			rc = add_source(v, t, &v->configs.items[i], &out[*count], err);
			*count += rc == VV_OK;
		}
	}
	if (rc == VV_OK && *count < max) {
		rc = add_source(v, t, NULL, &out[*count], err);
		*count += rc == VV_OK;
	}
	return rc;
}

vv_status vv_vault_sources_open(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
				const char *url, vv_error *err)
{
	vault *v = vv_calloc(1, sizeof(*v));

	*count = 0;
	if (!v) return vv_fail_nomem(err);
	v->users = 1;
	v->asked = url != NULL;
	v->notes = t->notes;
	v->lock = vv_mutex_new();
	vv_status rc = v->lock ? vv_holder_configs_read(&v->configs, t->repo, err)
			       : vv_fail_nomem(err);
	if (rc == VV_OK && (v->asked || takes_part(t, &v->configs)) &&
	    (rc = vv_repository_open(&v->repo, vv_repository_gitdir(t->repo),
				     vv_repository_env(t->repo), err)) == VV_OK &&
	    (!v->asked || (rc = open_vault(v, err)) == VV_OK)) {
		rc = open_sources(v, t, out, max, count, err);
	}
	for (size_t i = 0; rc < 0 && i < *count; i++) {
		source_close(out[i].payload);
	}
	*count = rc < 0 ? 0 : *count;
	if (--v->users == 0) {
		close_vault(v);
	}
	return rc;
}
