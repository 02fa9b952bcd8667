/*
 * vault_supplier: what of a source is asked of the child.
 */
#include "lib/sources/vault_supplier.h"

#include <stdatomic.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/vault_config.h"
#include "lib/sources/supply.h"
#include "transport/protocol/frame.h"

/* All sources of one vault. */
typedef struct vault {
	unsigned users; /* sources; of the thread that opens and closes them */
	vv_supply *supply;
} vault;

typedef struct source {
	vault *v;
	size_t line;
	uint64_t id;
	char *name;
	atomic_uint_least64_t taken;
} source;

/* --- what is asked --------------------------------------------------------------------------------- */

/* An answer to wants. */
typedef struct answer {
	source *s;
	const vv_lacking *wants;
	size_t count, at;
	uint32_t *parcels;
	vv_peer_block_fn fn;
	void *payload;
} answer;

static vv_status unexpected(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the vault's program sent an unexpected answer");
}

static vv_status ask(const source *s, vv_supply_op op, answer *a, vv_supply_frame_fn fn,
		     vv_error *err)
{
	vv_auto_free vv_cid *cids = vv_calloc(a->count + 1, sizeof(*cids));
	vv_supply_request q = {.op = op, .source = s->id, .cids = cids, .count = a->count};

	if (!cids) return vv_fail_nomem(err);
	for (size_t i = 0; i < a->count; i++) {
		cids[i] = a->wants[i].cid;
	}
	return vv_supply_ask(s->v->supply, s->line, &q, fn, a, err);
}

static vv_status take_parcels(void *payload, uint8_t type, const void *bytes, size_t len,
			      vv_error *err)
{
	answer *a = payload;

	if (type != VV_FRAME_MESSAGE || a->at > 0) return unexpected(err);
	a->at = a->count;
	return vv_supply_parcels_read(a->parcels, a->count, bytes, len, err);
}

/* A vv_source_look_fn. */
static vv_status source_look(void *payload, const vv_lacking *wants, size_t count,
			     uint32_t *parcels, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t at = 0; rc == VV_OK && at < count; at += VV_SUPPLY_CIDS_MAX) {
		answer a = {.wants = wants + at,
			    .count = count - at < VV_SUPPLY_CIDS_MAX ? count - at
								     : VV_SUPPLY_CIDS_MAX,
			    .parcels = parcels + at};
		rc = ask(payload, VV_SUPPLY_LOOK, &a, take_parcels, err);
		if (rc == VV_OK && a.at == 0) {
			rc = unexpected(err);
		}
	}
	return rc;
}

/* Nothing is believed: what came is held against its name. */
static vv_status take_block(answer *a, const void *bytes, size_t len, vv_error *err)
{
	vv_block_received b = {.cid = a->wants[a->at].cid};
	const uint8_t *block;
	vv_cid is;
	vv_status rc = vv_supply_block_read(&block, &b.len, &b.base, bytes, len, err);

	if (rc < 0) return rc;
	if (!block) return a->fn(a->payload, a->at++, NULL, err);
	if ((rc = vv_cid_of(&is, b.cid.codec, block, b.len, err)) < 0) return rc;
	if (!vv_cid_equal(&is, &b.cid)) {
		return vv_fail(err, VV_ECORRUPT, "the vault's program sent another block");
	}
	b.bytes = block;
	return a->fn(a->payload, a->at++, &b, err);
}

static vv_status take_blocks(void *payload, uint8_t type, const void *bytes, size_t len,
			     vv_error *err)
{
	answer *a = payload;
	uint64_t taken;
	vv_status rc;

	if (type == VV_FRAME_BLOCKS && a->at < a->count) return take_block(a, bytes, len, err);
	if (type != VV_FRAME_MESSAGE) return unexpected(err);
	if ((rc = vv_supply_taken_read(&taken, bytes, len, err)) == VV_OK) {
		atomic_store(&a->s->taken, taken);
	}
	return rc;
}

/* A vv_source_fn. */
static vv_status source_blocks(void *payload, const vv_lacking *wants, size_t count,
			       vv_peer_block_fn fn, void *fn_payload, vv_error *err)
{
	answer a = {.s = payload, .wants = wants, .count = count, .fn = fn, .payload = fn_payload};
	vv_status rc = ask(payload, VV_SUPPLY_BLOCKS, &a, take_blocks, err);

	return rc == VV_OK && a.at < count ? unexpected(err) : rc;
}

static void source_stop(void *payload)
{
	source *s = payload;
	vv_supply_stop(s->v->supply, s->line);
}

static uint64_t source_taken(void *payload)
{
	source *s = payload;
	return atomic_load(&s->taken);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

static void leave(vault *v)
{
	if (--v->users == 0) {
		vv_supply_free(v->supply);
		vv_free(v);
	}
}

static void source_close(void *payload)
{
	source *s = payload;

	leave(s->v);
	vv_free(s->name);
	vv_free(s);
}

/* config NULL: the last one. */
static vv_status add_source(vault *v, const vv_holder_config *config, bool asked, size_t line,
			    vv_supplier *out, vv_error *err)
{
	source *s = vv_calloc(1, sizeof(*s));
	vv_auto(vv_buf) name = VV_BUF_INIT;

	vv_buf_printf(&name, config ? "holder %s" : "the vault", config ? config->name : "");
	if (!s || !(s->name = vv_buf_detach(&name))) {
		vv_free(s);
		return vv_fail_nomem(err);
	}
	s->v = v;
	v->users++;
	s->line = line;
	s->id = vv_speed_source(config ? config->url : VV_VAULT_SOURCE);
	*out = (vv_supplier){.name = s->name,
			     .source = source_blocks,
			     .payload = s,
			     .close = source_close,
			     .stop = source_stop,
			     .look = source_look,
			     .taken = source_taken,
			     .group = v,
			     .id = s->id,
			     .last = config == NULL,
			     .unasked = !asked};
	return VV_OK;
}

static vv_status open_sources(vault *v, const vv_holder_configs *c, bool asked, vv_supplier *out,
			      size_t max, size_t *count, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < c->count && *count + 1 < max; i++) {
		if (!c->items[i].dead) {
			rc = add_source(v, &c->items[i], asked, *count, &out[*count], err);
			*count += rc == VV_OK;
		}
	}
	if (rc == VV_OK && *count < max) {
		rc = add_source(v, NULL, asked, *count, &out[*count], err);
		*count += rc == VV_OK;
	}
	for (size_t i = 0; rc < 0 && i < *count; i++) {
		source_close(out[i].payload);
	}
	*count = rc < 0 ? 0 : *count;
	return rc;
}

static vv_supply *new_supply(const vv_transfer *t, bool asked, size_t max)
{
	vv_connect_options connect = t->connect;

	if (!asked && vv_idle_sec(&connect) > VV_VAULT_UNASKED_IDLE) {
		connect.idle_sec = VV_VAULT_UNASKED_IDLE;
	}
	return vv_supply_new(&(vv_supply_options){
		.repo = t->repo,
		.connect = &connect,
		.named = asked,
		.quiet = !t->notes,
		.lines = max < VV_SUPPLY_LINES_MAX ? max : VV_SUPPLY_LINES_MAX});
}

/* A vv_suppliers_open_fn. */
static vv_status open_vault(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			    const char *url, vv_error *err)
{
	const bool asked = url != NULL;
	const vv_supply_request meet = {.op = VV_SUPPLY_MEET};
	vv_auto(vv_holder_configs) configs = {0};
	vv_cid id;
	vault *v;
	vv_status rc;

	*count = 0;
	if ((rc = vv_vault_id_read(&id, t->repo, err)) < 0 ||
	    (rc = vv_holder_configs_read(&configs, t->repo, err)) < 0) {
		return rc;
	}
	if (!asked && (vv_cid_is_null(&id) || configs.count == 0)) return VV_OK;
	if ((rc = vv_supply_installed(vv_repository_env(t->repo), err)) < 0) return rc;
	if (!(v = vv_calloc(1, sizeof(*v)))) return vv_fail_nomem(err);
	v->users = 1;
	max = max < configs.count + 1 ? max : configs.count + 1;
	v->supply = new_supply(t, asked, max);
	rc = v->supply ? VV_OK : vv_fail_nomem(err);
	if (rc == VV_OK && asked) {
		rc = vv_supply_ask(v->supply, 0, &meet, NULL, NULL, err);
	}
	if (rc == VV_OK) {
		rc = open_sources(v, &configs, asked, out, max, count, err);
	}
	leave(v);
	return rc;
}

void vv_vault_suppliers_register(void)
{
	vv_reach_add_kind(VV_VAULT_SOURCE, "the vault", open_vault);
}
