/*
 * replicate: finds new content, and ends runs.
 */
#include "cmd/vault/work/replicate.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/keys/key_file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/owed.h"
#include "cmd/vault/work/policy.h"
#include "cmd/vault/work/spread.h"
#include "cmd/vault/work/waiting_run.h"
#include "repo/blocks/resemble.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

#define RUN_SHARDS 64u
#define SMALL_FILE (UINT64_C(1) << 30)

typedef struct replicating {
	vv_replicate *x;
	vv_vault_session *s;
	vv_contents contents;
	vv_store *store;
	vv_shard_seal seal;
	vv_stream_out *out;
	vv_waiting_run run;  /* of the stream under way */
	vv_buf refs, places; /* current texts */
	vv_oids tips, known;
	const vv_oids *haves; /* one of these */
	vv_cid_set *seen;
	bool whole;       /* a writer retired shards: searches everything, not only new content */
	const char *path; /* of the version that is walked, for messages */
	vv_buf bytes, base;
	bool *allowed;
	const vv_progress *progress;
} replicating;

/* --- the spool -------------------------------------------------------------------------------- */

static vv_status on_sealed(void *payload, const vv_shard *sh, const void *bytes, size_t len,
			   vv_error *err)
{
	replicating *r = payload;
	return vv_waiting_run_put(r->s, &r->run, sh, bytes, len, err);
}

static vv_status spool_bytes(void *payload, const vv_shard *sh, vv_buf *out, vv_error *err)
{
	return vv_waiting_run_bytes(payload, &sh->cid, out, err);
}

/* --- to the holders ----------------------------------------------------------------------------- */

/* The shards of the run in the spool: stripe after stripe, then the rest. */
static void list_run(const replicating *r, vv_spread_shard *list, bool *has)
{
	const vv_ledger_record *run = &r->run.record;
	size_t count = 0, first = 0;

	vv_array_each(run->stripes, run->stripe_count, stripe) {
		const vv_code code = stripe->code;
		for (size_t n = 0; n < vv_code_shards(code); n++) {
			list[count].code = code;
			list[count++].shard = n < code.data ? run->shards[first + n]
							    : stripe->parity[n - code.data];
		}
		first += code.data;
	}
	while (first < run->shard_count) {
		list[count++].shard = run->shards[first++];
	}
	for (size_t i = 0; i < count; i++) {
		list[i].has = has + i * r->s->place_count;
	}
}

/* Was the copy let go later than this receipt, by a record of ours? */
static bool was_dropped(const replicating *r, const vv_ledger_record *receipt,
			const uint8_t *holder, const vv_cid *cid)
{
	const vv_ledger *l = r->s->ledger;

	vv_array_each(vv_ledger_records(l), vv_ledger_count(l), it) {
		const vv_ledger_record *drop = *it;
		if (drop->kind != VV_LEDGER_DROP || drop->sequence < receipt->sequence ||
		    memcmp(drop->author, receipt->author, VV_KEY_PUBLIC) != 0 ||
		    memcmp(drop->holder, holder, VV_HOLDER_ID) != 0) {
			continue;
		}
		if (vv_array_find(drop->links, drop->link_count, link, vv_cid_equal(link, cid))) {
			return true;
		}
	}
	return false;
}

/* The receipt is of a place that names shards of this run. */
static void take_receipt(const replicating *r, const vv_ledger_record *receipt,
			 vv_spread_shard *list, size_t count)
{
	const vv_ledger_record *place = vv_ledger_find(r->s->ledger, &receipt->link);
	const vv_vault_place *p = place ? vv_vault_place_of(r->s, place->holder) : NULL;

	if (!p || p->config->dead) return;
	vv_array_each(place->shards, place->shard_count, placed) {
		vv_array_each(list, count, it) {
			const vv_cid *cid = &it->shard.cid;
			if (vv_cid_equal(&placed->cid, cid) &&
			    !vv_vault_shard_of(r->s->state, cid) &&
			    !was_dropped(r, receipt, place->holder, cid)) {
				it->has[p - r->s->places] = true;
			}
		}
	}
}

/* Places that already got a shard of this run, when it was interrupted: by our own receipts. One that the
 * vault had before, and that is sealed again, may have been found bad since. */
static void find_receipts(const replicating *r, vv_spread_shard *list, size_t count)
{
	const vv_ledger *l = r->s->ledger;

	vv_array_each(list, count, it) {
		const vv_kept *k = vv_vault_shard_of(r->s->state, &it->shard.cid);
		if (k) {
			vv_spread_holders(r->s, k, 0, it->has);
		}
	}
	vv_array_each(vv_ledger_records(l), vv_ledger_count(l), it) {
		const vv_ledger_record *receipt = *it;
		if (receipt->kind == VV_LEDGER_RECEIPT &&
		    memcmp(receipt->author, r->s->key.public_key, VV_KEY_PUBLIC) == 0) {
			take_receipt(r, receipt, list, count);
		}
	}
}

/* Do holders or policy differ from our last vault record? */
static vv_status places_changed(const replicating *r, bool *out, vv_error *err)
{
	vv_auto(vv_buf) old = VV_BUF_INIT;
	vv_status rc = vv_vault_session_places(r->s, r->s->key.public_key, &old, err);

	*out = rc == VV_OK && !vv_buf_equal(&old, &r->places);
	return rc;
}

static vv_status write_vault_record(replicating *r, vv_error *err)
{
	const vv_ledger *l = r->s->ledger;
	vv_ledger_record v = r->run.record;
	const vv_ledger_record *written;
	vv_auto(vv_buf) sealed = VV_BUF_INIT;
	vv_shard_seal seal;
	bool changed;
	vv_auto_free vv_cid *links = vv_calloc(vv_ledger_author_count(l) + 1, sizeof(*links));
	vv_status rc = links ? VV_OK : vv_fail_nomem(err);

	if (rc < 0 || (rc = places_changed(r, &changed, err)) < 0 ||
	    (rc = vv_epoch_seal_of(&seal, &r->s->secrets, vv_ledger_vault(l),
				   r->run.record.link.digest, err)) < 0 ||
	    (changed && (rc = vv_epoch_places_seal(&sealed, &seal, &r->places, err)) < 0)) {
		return rc;
	}
	v.links = links;
	v.sealed = (const uint8_t *)sealed.data;
	v.sealed_len = sealed.len;
	vv_array_each(vv_ledger_authors(l), vv_ledger_author_count(l), a) {
		if (a->head) {
			links[v.link_count++] = a->head->cid;
		}
	}
	if ((rc = vv_ledger_write(r->s->ledger, &v, &r->s->key, &written, err)) == VV_OK) {
		r->x->head = written->cid;
	}
	return rc;
}

typedef struct clearing {
	const vv_vault_session *s;
	vv_status status;
	vv_error err;
} clearing;

static void run_clear(void *payload)
{
	clearing *c = payload;
	c->status = vv_waiting_run_remove(c->s, &c->err);
}

/* The spool is empty, and holders have the records: side by side, as both wait for disks. */
static vv_status clear_and_sync(vv_vault_session *s, vv_error *err)
{
	clearing c = {.s = s};
	vv_worker *worker = vv_worker_start(run_clear, &c);
	vv_status rc = vv_vault_session_sync(s, err);

	vv_worker_join(worker);
	if (!worker) {
		run_clear(&c);
	}
	if (rc == VV_OK && c.status < 0) {
		rc = vv_error_copy(err, &c.err);
	}
	return rc;
}

/* Sends the run in the spool; *done: the vault has it. */
static vv_status send_run(replicating *r, bool *done, vv_error *err)
{
	const size_t all = vv_run_shard_count(&r->run.record);
	vv_auto_free vv_spread_shard *list = vv_calloc(all + 1, sizeof(*list));
	vv_auto_free bool *has = vv_calloc(all * r->s->place_count + 1, sizeof(*has));
	vv_spread_sum sum = {.least = 0};
	vv_spread spread = {.session = r->s,
			    .copies = r->x->copies,
			    .allowed = r->allowed,
			    .rate = r->x->rate,
			    .progress = r->progress,
			    .bytes = spool_bytes,
			    .payload = r->s};
	vv_status rc = list && has ? VV_OK : vv_fail_nomem(err);

	*done = false;
	if (rc == VV_OK) {
		list_run(r, list, has);
		find_receipts(r, list, all);
		rc = vv_spread_run(&spread, list, all, err);
	}
	if (rc == VV_OK &&
	    (rc = vv_spread_count(&sum, r->s, r->x->copies, list, all, err)) == VV_OK) {
		r->x->sum.owed += sum.owed;
		r->x->owed_new += sum.owed;
	}
	r->x->shards += spread.shards;
	r->x->sent += spread.sent;
	if (rc == VV_OK && sum.least < r->x->min) {
		r->x->short_of_min = true;
		r->x->sum.least = sum.least;
	} else if (rc == VV_OK && (rc = write_vault_record(r, err)) == VV_OK) {
		*done = true;
	}
	/* Records go out with whatever came of it. */
	if (rc < 0) return rc;
	return *done ? clear_and_sync(r->s, err) : vv_vault_session_sync(r->s, err);
}

/* Is the vault record of the run in the spool written, and only the spool not cleared? */
static bool is_done(const replicating *r)
{
	const vv_ledger_record *run = &r->run.record;
	const vv_kept *k = run->shard_count > 0
				   ? vv_vault_shard_of(r->s->state, &run->shards[0].cid)
				   : NULL;
	return k && memcmp(k->run->author, r->s->key.public_key, VV_KEY_PUBLIC) == 0;
}

/* Finishes the run of an interrupted replicate. */
static vv_status go_on(replicating *r, bool *may_go_on, vv_error *err)
{
	bool found;
	vv_status rc = vv_waiting_run_read(r->s, &r->run, &found, err);

	*may_go_on = true;
	if (rc < 0) return rc;
	if (!found || is_done(r)) return vv_waiting_run_remove(r->s, err);
	return send_run(r, may_go_on, err);
}

/* --- sealing ------------------------------------------------------------------------------------ */

static vv_status open_stream(replicating *r, vv_error *err)
{
	if (r->out) return VV_OK;
	vv_waiting_run_reset(&r->run);
	return vv_stream_out_open(&r->out, &r->seal, on_sealed, r, err);
}

/* The stream becomes a run that is durable here; index gets its index. */
static vv_status close_stream(replicating *r, bool last, vv_buf *index, vv_error *err)
{
	vv_status rc = vv_stream_out_end(r->out, last ? &r->refs : NULL, index, err);

	vv_stream_out_close(r->out);
	r->out = NULL;
	if (rc == VV_OK && r->x->code.data > 0) {
		rc = vv_waiting_run_stripe(r->s, &r->run, r->x->code, err);
	}
	return rc < 0 ? rc : vv_waiting_run_write(r->s, &r->run, err);
}

/* Turns the stream into a run, and sends it. last: with the refs. VV_ECONFLICT: too few copies. */
static vv_status end_stream(replicating *r, bool last, vv_error *err)
{
	vv_auto(vv_buf) index = VV_BUF_INIT;
	vv_buf none = VV_BUF_INIT;
	bool done = false;
	vv_status rc;

	if ((rc = close_stream(r, last, &index, err)) < 0 || (rc = send_run(r, &done, err)) < 0) {
		return rc;
	}
	const vv_ledger_record *run = done ? vv_ledger_find(r->s->ledger, &r->x->head) : NULL;
	if (run) {
		return vv_contents_add(&r->contents, run, &index, last ? &r->refs : &none, err);
	}
	return vv_fail(err, VV_ECONFLICT, "too few copies");
}

/* A run of stripes ends where they do, but for a shard that is not full. */
static uint64_t run_len(const replicating *r)
{
	const uint64_t data = r->x->code.data;

	return (data > 0 ? RUN_SHARDS / data * data : RUN_SHARDS) * VV_SHARD_FULL;
}

static vv_status put_item(replicating *r, const vv_item *item, vv_error *err)
{
	vv_status rc;

	if ((rc = open_stream(r, err)) < 0 || (rc = vv_stream_out_put(r->out, item, err)) < 0) {
		return rc;
	}
	return vv_stream_out_len(r->out) < run_len(r) ? VV_OK : end_stream(r, false, err);
}

static bool is_known(const replicating *r, const vv_cid *item)
{
	return vv_contents_has(&r->contents, item) || (r->out && vv_stream_out_has(r->out, item));
}

static vv_status put_other(void *to, const vv_item *item, vv_error *err)
{
	replicating *r = to;

	if (r->x->without && is_known(r, &item->cid)) return VV_OK;
	r->x->put++;
	return put_item(r, item, err);
}

/* A base has to be read before. If runs count as absent, only items written now are certainly not
 * differences to this item itself. */
static bool can_be_base(const replicating *r, const vv_cid *base)
{
	return r->x->without ? r->out && vv_stream_out_has(r->out, base) : is_known(r, base);
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	replicating *r = payload;

	return vv_contents_block(&r->contents, r->store, cid, out, err);
}

static vv_status on_block(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	replicating *r = payload;
	vv_status rc;

	if (is_known(r, cid)) return VV_OK;
	r->x->blocks++;
	if (r->x->dry_run) return VV_OK;
	if ((rc = vv_store_get(r->store, cid, &r->bytes, err)) < 0) {
		vv_prefix(err, "%s", vv_text_shows(r->path));
		return vv_hint(
			err,
			"list the missing blocks with 'varve fsck', and get them with 'varve fetch'");
	}
	vv_item item = {.kind = cid->codec == VV_CODEC_RAW ? VV_ITEM_RAW : VV_ITEM_NODE,
			.cid = *cid,
			.bytes = vv_buf_cstr(&r->bytes),
			.len = r->bytes.len};
	if (like && !vv_cid_is_null(like) && can_be_base(r, like) && like->codec == cid->codec &&
	    vv_store_get(r->store, like, &r->base, VV_IGNORED) == VV_OK) {
		item.base_cid = *like;
		item.base = vv_buf_cstr(&r->base);
		item.base_len = r->base.len;
	}
	return put_item(r, &item, err);
}

static vv_status on_root(void *payload, const vv_new_root *n, vv_error *err)
{
	replicating *r = payload;
	/* Of a version whose root the vault has, a prune may have removed blocks while no ref led to it. Its nodes may
	 * be there alone. */
	uint64_t missing = 0;
	const bool has_root = !r->whole && vv_contents_has(&r->contents, &n->root);
	const vv_resemble walk = {.get = get_block,
				  .fn = on_block,
				  .payload = r,
				  .seen = r->seen,
				  .missing = has_root ? &missing : NULL,
				  .children_first = true};

	r->path = n->path;
	if (vv_new_root_is_left(n, r->store, NULL)) return VV_OK;
	return vv_resemble_walk(&walk, &n->root, vv_cid_is_null(&n->before) ? NULL : &n->before,
				err);
}

static vv_status on_object(void *payload, const vv_git_object *o, vv_error *err)
{
	replicating *r = payload;
	const vv_item_kind kind = (vv_item_kind)(VV_ITEM_COMMIT + (o->type - VV_GIT_COMMIT));
	vv_item item = {
		.kind = kind, .cid = vv_item_cid(kind, o->id.id), .bytes = o->bytes, .len = o->len};
	const vv_cid base = vv_item_cid(kind, o->base.id);

	if (is_known(r, &item.cid)) return VV_OK;
	r->x->objects++;
	if (r->x->dry_run) return VV_OK;
	if (!vv_oid_is_null(&o->base) && can_be_base(r, &base) &&
	    vv_git_object_bytes(r->s->repo, o->type, &o->base, SMALL_FILE, &r->base, VV_IGNORED) ==
		    VV_OK) {
		item.base_cid = base;
		item.base = vv_buf_cstr(&r->base);
		item.base_len = r->base.len;
	}
	return put_item(r, &item, err);
}

/* --- refs, places --------------------------------------------------------------------------------- */

static vv_status on_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	replicating *r = payload;

	if (!vv_vault_keeps_ref(ref)) return VV_OK;
	vv_buf_printf(&r->refs, "%s %s\n", vv_oid_shows(&ref->id), ref->name);
	const vv_status rc = vv_buf_ok(&r->refs, err);
	return rc < 0 ? rc : vv_oids_add(&r->tips, &ref->id, err);
}

/* "ref: refs/heads/main" (or a detached HEAD's id), then "ID NAME" for each. */
static vv_status list_refs(replicating *r, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(r->s->repo, &head, err);

	if (rc < 0) return rc;
	if (head.branch) {
		vv_buf_printf(&r->refs, "ref: %s\n", head.branch);
	} else {
		vv_buf_printf(&r->refs, "%s HEAD\n", vv_oid_shows(&head.commit));
		rc = vv_oids_add(&r->tips, &head.commit, err);
	}
	return rc < 0 ? rc : vv_refs_each(r->s->repo, "", on_ref, r, err);
}

/* Copies members of a map of our last list that this varve does not support, unchanged: a newer one wrote
 * them. */
static void keep_unknown(vv_json_out *w, const char *text, const vv_json *map, const char *known)
{
	for (const vv_json *m = map ? map->first : NULL; m; m = m->next) {
		if (!vv_choices_have(known, m->name)) {
			vv_json_name(w, m->name);
			vv_json_raw(w, text + m->start, m->end - m->start);
		}
	}
}

/* The holder with this URL in our last list; NULL: there is none. */
static const vv_json *holder_before(const vv_json *old, const char *url)
{
	const vv_json *list = old ? vv_json_get(old, "holders") : NULL;
	const vv_json *h = list ? list->first : NULL;

	while (h &&
	       (!vv_json_get_string(h, "url") || strcmp(vv_json_get_string(h, "url"), url) != 0)) {
		h = h->next;
	}
	return h;
}

static vv_status list_places(replicating *r, vv_error *err)
{
	const vv_vault_session *s = r->s;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) before = VV_BUF_INIT;
	vv_json *old = NULL;
	char code[24];
	vv_status rc = s->readable ? vv_vault_session_places(s, s->key.public_key, &before, err)
				   : VV_OK;

	if (rc < 0 || (before.len > 0 && (rc = vv_json_read(&old, &arena, before.data, before.len,
							    "the vault's holders", err)) < 0)) {
		return rc;
	}
	vv_json_out w = vv_json_begin_object(&r->places, 0);
	vv_json_put_members(&w, {JSON_NUMBER("copies", r->x->copies)},
			    {JSON_NUMBER("min", r->x->min)});
	if (r->x->code.data > 0) {
		(void)snprintf(code, sizeof(code), "%u+%u", r->x->code.data, r->x->code.parity);
		vv_json_add_string(&w, "code", code);
	}
	vv_json_add_array(&w, "holders");
	vv_array_each(s->places, s->place_count, place) {
		const vv_holder_config *c = place->config;
		if (c->dead) {
			continue;
		}
		vv_json_open_object(&w);
		vv_json_put_members(&w, {JSON_TEXT("name", c->name)}, {JSON_TEXT("url", c->url)},
				    {JSON_TEXT("domain", c->domain)},
				    {JSON_TEXT_WHEN(c->key, "key", c->key)});
		keep_unknown(&w, before.data, holder_before(old, c->url), "name|url|domain|key");
		vv_json_close_object(&w);
	}
	vv_json_close_array(&w);
	keep_unknown(&w, before.data, old, "copies|min|code|holders");
	vv_json_close_object(&w);
	return vv_buf_ok(&r->places, err);
}

/* Lists commits that the vault has with everything below: those named by the refs of its runs. */
static vv_status list_haves(replicating *r, vv_error *err)
{
	r->whole = (r->s->state && vv_vault_must_look(r->s->state, r->s->key.public_key)) ||
		   (r->x->without && r->x->search);
	/* new content is in the vault already: reseal replicates first */
	r->haves = r->x->without && !r->whole ? &r->tips : &r->known;
	return r->whole || r->x->without ? VV_OK : vv_contents_tips(&r->contents, &r->known, err);
}

/* --- all of it --------------------------------------------------------------------------------------- */

/* Seals a run with the refs of the last one and the holders' current addresses. Not if everything has to be
 * searched: a vault record states that it was. */
static vv_status seal_places(replicating *r, const vv_vault_run *refs, vv_error *err)
{
	bool changed = false;
	vv_status rc;

	r->x->nothing = true;
	if (!refs || r->whole || !r->s->readable) return VV_OK;
	if ((rc = places_changed(r, &changed, err)) < 0 || !changed) return rc;
	r->x->nothing = false;
	vv_buf_set(&r->refs, refs->refs.data, refs->refs.len);
	if ((rc = vv_buf_ok(&r->refs, err)) < 0 ||
	    (rc = vv_epoch_seal_now(&r->seal, &r->run.record.link, &r->s->secrets, r->s->state,
				    vv_ledger_vault(r->s->ledger), err)) < 0 ||
	    (rc = open_stream(r, err)) < 0) {
		return rc;
	}
	return end_stream(r, true, err);
}

static bool is_have(const replicating *r, const vv_oid *id)
{
	return vv_array_find(r->haves->items, r->haves->count, have, vv_oid_equal(have, id));
}

/* Refs whose commits no run names. */
static vv_status note_new_refs(replicating *r, vv_error *err)
{
	vv_status rc = VV_OK;

	for (vv_line l = {.rest = vv_buf_cstr(&r->refs)}; rc == VV_OK && vv_line_next(&l);) {
		vv_oid id;
		if (l.len > VV_OID_TEXT + 1 && vv_oid_parse(&id, l.text, VV_OID_TEXT) &&
		    !is_have(r, &id)) {
			if (r->x->new_refs++ == 0) {
				vv_buf_put(&r->x->new_ref, l.text + VV_OID_TEXT + 1,
					   l.len - VV_OID_TEXT - 1);
				rc = vv_buf_ok(&r->x->new_ref, err);
			}
		}
	}
	return rc;
}

static vv_status seal_new(replicating *r, vv_error *err)
{
	vv_status rc;

	if ((rc = list_refs(r, err)) < 0 ||
	    (rc = vv_contents_open(&r->contents, r->s, r->x->without, err)) < 0 ||
	    (rc = list_haves(r, err)) < 0 ||
	    (r->x->look && !r->whole && (rc = note_new_refs(r, err)) < 0) ||
	    (rc = vv_repository_store(r->s->repo, &r->store, err)) < 0) {
		return rc;
	}
	const vv_vault_run *refs = vv_contents_refs_of(&r->contents, r->contents.count,
						       r->s->key.public_key);
	if (r->x->only_places) return seal_places(r, refs, err);
	bool same = refs && vv_buf_equal(&refs->refs, &r->refs);
	if (same && r->s->readable) {
		if ((rc = places_changed(r, &same, err)) < 0) return rc;
		same = !same;
	}
	if (same && !r->whole && !r->x->items) {
		r->x->nothing = true;
		return VV_OK;
	}
	if (!(r->seen = vv_cid_set_new())) return vv_fail_nomem(err);
	if (!r->x->dry_run &&
	    (rc = vv_epoch_seal_now(&r->seal, &r->run.record.link, &r->s->secrets, r->s->state,
				    vv_ledger_vault(r->s->ledger), err)) < 0) {
		return rc;
	}
	if ((rc = vv_new_roots_each(r->s->repo, r->tips.items, r->tips.count, r->haves->items,
				    r->haves->count, on_root, r, err)) < 0 ||
	    (rc = vv_git_objects_each(r->s->repo, r->tips.items, r->tips.count, r->haves->items,
				      r->haves->count, SMALL_FILE, on_object, r, NULL, err)) < 0 ||
	    r->x->dry_run ||
	    (r->x->items && (rc = r->x->items(r->x->payload, put_other, r, err)) < 0)) {
		return rc;
	}
	if (r->x->without && same && !r->out) {
		r->x->nothing =
			true; /* all of it was sealed again before, and that was interrupted */
		return VV_OK;
	}
	if ((rc = open_stream(r, err)) == VV_OK) {
		rc = end_stream(r, true, err);
	}
	return rc;
}

/* The places that --to names. */
static vv_status choose_allowed(replicating *r, vv_error *err)
{
	const vv_strings *to = r->x->to;

	if (!to || to->count == 0) return VV_OK;
	if (!(r->allowed = vv_calloc(r->s->place_count + 1, sizeof(*r->allowed)))) {
		return vv_fail_nomem(err);
	}
	vv_array_each(to->items, to->count, it) {
		const vv_holder_config *c = vv_holder_config_find(&r->s->configs, *it);
		if (!c) return vv_holder_fail_unknown(*it, VV_EUSAGE, err);
		r->allowed[c - r->s->configs.items] = true;
	}
	return VV_OK;
}

static bool same_policy(const replicating *r)
{
	const vv_vault_policy *p = &r->s->policy;

	return p->copies == r->x->copies && p->min == r->x->min &&
	       p->code.data == r->x->code.data && p->code.parity == r->x->code.parity;
}

/* Are enough holders in separate failure domains? If one died later, the rest continues, and owes the missing
 * copies. */
static vv_status check_policy(const replicating *r, vv_error *err)
{
	const vv_code code = r->x->code;
	const size_t domains = vv_spread_domains(r->s, false);

	if (r->s->place_count == 0) {
		return vv_fail(err, VV_EREFUSED,
			       "no holders yet\nadd one with 'varve vault holder add NAME FOLDER'");
	}
	if (code.data > 0 && domains < vv_code_shards(code) && !same_policy(r)) {
		return vv_fail(
			err, VV_EREFUSED,
			"each of the %u+%u shards of a stripe needs its own failure domain, and the holders are in only %s\nfolders on one disk fail together; add holders elsewhere, require fewer shards (--code), or correct the domains ('varve vault holder add --domain')",
			code.data, code.parity, vv_text_counted(domains, "failure domain", NULL));
	}
	if (code.data == 0 && domains < r->x->copies && !(r->s->ledger && same_policy(r))) {
		return vv_fail(
			err, VV_EREFUSED,
			"%s required, and the holders are in only %s\nfolders on one disk fail together; add a holder elsewhere, require fewer copies (--copies), or correct the domains ('varve vault holder add --domain')",
			vv_text_counted(r->x->copies, "copy is", "copies are"),
			vv_text_counted(domains, "failure domain", NULL));
	}
	return VV_OK;
}

/* Shards without their ledger are useless: a holder must keep it. */
static vv_status check_keepers(const vv_vault_session *s, vv_error *err)
{
	/* if no holder is reachable, the missing copies are counted */
	if (!vv_array_find(s->places, s->place_count, p, p->holder) ||
	    vv_array_find(s->places, s->place_count, p,
			  p->holder && vv_vault_holder_keeps_records(p->holder))) {
		return VV_OK;
	}
	return vv_fail(
		err, VV_EREFUSED,
		"no reachable holder can keep the vault's ledger\nIPFS nodes keep only shards: add a folder, an SFTP folder, a bucket or a varve server");
}

static vv_status begin_vault(replicating *r, vv_error *err)
{
	uint8_t owners[2][VV_KEY_PUBLIC];
	vv_auto(vv_key) recovery = {0};
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_auto(char) *dir = vv_vault_session_path(r->s, "ledger", NULL);
	const vv_cid none = {0};
	vv_status rc;

	if (!dir) return vv_fail_nomem(err);
	if ((rc = vv_key_new(&recovery, err)) < 0 ||
	    (rc = vv_recovery_put(&text, &recovery, err)) < 0 ||
	    (rc = r->x->recovery(r->x->payload, text.data, err)) < 0 ||
	    /* files of a begin that was killed belong to no vault */
	    (rc = vv_remove_tree(dir, err)) < 0 ||
	    (rc = vv_ledger_open(&r->s->ledger, dir, &none, err)) < 0) {
		return rc;
	}
	memcpy(owners[0], r->s->key.public_key, VV_KEY_PUBLIC);
	memcpy(owners[1], recovery.public_key, VV_KEY_PUBLIC);
	if ((rc = vv_vault_begin(r->s->ledger, (const uint8_t(*)[VV_KEY_PUBLIC])owners, 2,
				 &r->s->key, err)) == VV_OK) {
		r->s->policy.vault = *vv_ledger_vault(r->s->ledger);
		r->x->began = true;
	}
	return rc;
}

/* Completes the requested policy from the vault's. */
static vv_status settle_policy(replicating *r, vv_error *err)
{
	const vv_vault_policy *p = &r->s->policy;
	vv_replicate *x = r->x;

	if (x->code.data == 0 && x->copies == 0) {
		x->code = p->code;
	}
	if (x->code.data > 0) {
		x->copies = x->code.parity + 1;
	} else if (!x->copies) {
		x->copies = p->copies ? p->copies : 2;
	}
	if (!x->min) {
		x->min = p->min ? p->min : 1;
	}
	if (x->min > x->copies && x->code.data > 0) {
		return vv_fail(err, VV_EUSAGE,
			       "the minimum (--min) is %u, but the code %u+%u counts as only %s",
			       x->min, x->code.data, x->code.parity,
			       vv_text_counted(x->copies, "copy", "copies"));
	}
	if (x->min > x->copies) {
		return vv_fail(err, VV_EUSAGE, "the minimum (--min) is %u, but a run makes only %s",
			       x->min, vv_text_counted(x->copies, "copy", "copies"));
	}
	return VV_OK;
}

static vv_status keep_policy(replicating *r, vv_error *err)
{
	vv_vault_policy *p = &r->s->policy;

	if (r->x->dry_run || r->x->config || (!r->x->began && same_policy(r))) return VV_OK;
	p->copies = r->x->copies;
	p->min = r->x->min;
	p->code = r->x->code;
	r->x->config = true;
	return vv_vault_policy_write(p, r->s->repo, err);
}

static vv_status run_all(replicating *r, vv_error *err)
{
	bool go = true;
	vv_status rc;

	if ((rc = settle_policy(r, err)) < 0 || (rc = choose_allowed(r, err)) < 0) return rc;
	if ((rc = vv_vault_session_connect(r->s, err)) < 0 ||
	    (!r->x->look &&
	     ((rc = check_policy(r, err)) < 0 || (rc = check_keepers(r->s, err)) < 0))) {
		return rc;
	}
	/* adopts records that arrived only now, too */
	if (r->x->adopt && (rc = vv_vault_session_adopt(r->s, err)) < 0) return rc;
	if (!r->s->ledger) {
		if (r->x->dry_run) return seal_new(r, err);
		if ((rc = begin_vault(r, err)) < 0 || (rc = keep_policy(r, err)) < 0 ||
		    (rc = vv_vault_session_sync(r->s, err)) < 0) {
			return rc;
		}
	}
	if ((rc = vv_vault_session_need_writer(r->s, err)) < 0 ||
	    (rc = vv_vault_session_check_key(r->s, err)) < 0 || (rc = keep_policy(r, err)) < 0) {
		return rc;
	}
	if ((rc = list_places(r, err)) < 0) return rc;
	/* rewriting may make room for owed copies, and so comes first */
	vv_owed owed = {.copies = r->x->copies, .rate = r->x->rate, .fix = !r->x->items};
	if (!r->x->dry_run &&
	    ((rc = go_on(r, &go, err)) < 0 || !go || (rc = vv_owed_run(&owed, r->s, err)) < 0)) {
		return rc;
	}
	r->x->paid = owed.shards;
	r->x->shards += owed.shards;
	r->x->sent += owed.sent;
	r->x->sum = owed.sum;
	rc = seal_new(r, err);
	return rc == VV_ECONFLICT && r->x->short_of_min ? VV_OK : rc;
}

vv_status vv_replicate_run(vv_replicate *x, vv_vault_session *s, vv_error *err)
{
	replicating r = {.x = x, .s = s, .progress = s->transfer.progress};
	vv_vault_session_offer_again(s);
	vv_status rc = run_all(&r, err);
	if (rc == VV_OK && !x->dry_run) { /* one that had shards may have failed since */
		rc = check_keepers(s, err);
	}
	vv_stream_out_close(r.out);
	vv_contents_close(&r.contents);
	vv_cid_set_free(r.seen);
	vv_buf_clear_all(&r.refs, &r.places, &r.bytes, &r.base);
	vv_oids_clear(&r.tips);
	vv_oids_clear(&r.known);
	vv_waiting_run_clear(&r.run);
	vv_free(r.allowed);
	return rc;
}
