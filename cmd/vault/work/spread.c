/*
 * spread: the order: places, shards, receipts.
 */
#include "cmd/vault/work/spread.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/sealed/placement.h"
#include "cmd/vault/sealed/waiting_place.h"
#include "repo/blocks/reach.h"

#define BATCH 512u /* shards that one place record names */

/* An unreachable holder without a configured domain counts as its own domain. */
size_t vv_spread_copies(const vv_vault_session *s, const bool *has)
{
	size_t copies = 0;

	for (size_t i = 0; i < s->place_count; i++) {
		const char *domain = vv_vault_place_domain(s, &s->places[i]);
		bool again = false;
		for (size_t k = 0; k < i && has[i]; k++) {
			again = again ||
				(has[k] && *domain &&
				 strcmp(domain, vv_vault_place_domain(s, &s->places[k])) == 0);
		}
		copies += has[i] && !again;
	}
	return copies;
}

static bool place_counts(const vv_vault_place *p, bool usable)
{
	return !p->config->dead && (!usable || (p->holder && !p->refuses));
}

size_t vv_spread_domains(const vv_vault_session *s, bool usable)
{
	size_t domains = 0;

	for (size_t i = 0; i < s->place_count; i++) {
		const char *domain = vv_vault_place_domain(s, &s->places[i]);
		bool is_new = place_counts(&s->places[i], usable);
		for (size_t k = 0; k < i && is_new && *domain; k++) {
			is_new = !place_counts(&s->places[k], usable) ||
				 strcmp(domain, vv_vault_place_domain(s, &s->places[k])) != 0;
		}
		domains += is_new;
	}
	return domains;
}

size_t vv_spread_together(const vv_spread_shard *shards)
{
	return shards->code.data > 0 ? vv_code_shards(shards->code) : 1;
}

vv_status vv_spread_apart(size_t *at, const vv_vault_session *s, const vv_spread_shard *shards,
			  vv_error *err)
{
	const size_t n = vv_spread_together(shards);
	const bool *rows[VV_STRIPE_MAX];
	vv_auto_free vv_placeable *list = vv_calloc(s->place_count + 1, sizeof(*list));

	if (!list) return vv_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		rows[i] = shards[i].has;
	}
	for (size_t i = 0; i < s->place_count; i++) {
		list[i].domain = vv_vault_place_domain(s, &s->places[i]);
	}
	return vv_placement_apart(at, rows, n, list, s->place_count, err);
}

/* counted: shards that other stripes lack, too, and that were counted with them. */
static vv_status count_stripe(vv_spread_sum *out, const vv_vault_session *s,
			      const vv_spread_shard *shards, vv_cid_set *counted, vv_error *err)
{
	const size_t n = vv_spread_together(shards), data = shards->code.data;
	size_t at[VV_STRIPE_MAX], apart = 0, there = 0;
	vv_status rc = vv_spread_apart(at, s, shards, err);

	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		apart += at[i] != SIZE_MAX;
		there += vv_spread_copies(s, shards[i].has) > 0;
	}
	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		bool added = false;
		if (at[i] == SIZE_MAX) {
			rc = vv_cid_set_add(counted, &shards[i].shard.cid, &added, err);
		}
		out->owed += added;
		out->hopeless += added && there < data;
		out->lost += added && there < data && vv_spread_copies(s, shards[i].has) == 0;
	}
	size_t copies;

	if (there < data) {
		copies = 0;
	} else if (apart < data) {
		copies = 1;
	} else {
		copies = apart - data + 1;
	}
	out->least = copies < out->least ? copies : out->least;
	return rc;
}

vv_status vv_spread_count(vv_spread_sum *out, const vv_vault_session *s, unsigned copies,
			  const vv_spread_shard *shards, size_t count, vv_error *err)
{
	vv_auto(vv_cid_set) *counted = vv_cid_set_new();
	vv_status rc = counted ? VV_OK : vv_fail_nomem(err);

	memset(out, 0, sizeof(*out));
	out->least = out->rest = SIZE_MAX;
	for (size_t i = 0; rc == VV_OK && i < count; i += vv_spread_together(&shards[i])) {
		if (shards[i].code.data > 0) {
			rc = count_stripe(out, s, &shards[i], counted, err);
			continue;
		}
		size_t n = vv_spread_copies(s, shards[i].has);
		out->owed += n < copies ? copies - n : 0;
		out->lost += n == 0;
		out->hopeless += n == 0 ? copies : 0;
		out->least = n < out->least ? n : out->least;
		out->rest = n < out->rest ? n : out->rest;
	}
	return rc;
}

void vv_spread_holders(const vv_vault_session *s, const vv_kept *k, uint64_t away_sec, bool *has)
{
	memset(has, 0, s->place_count * sizeof(*has));
	vv_array_each(k->copies, k->copy_count, c) {
		vv_vault_place *p = vv_vault_place_of(s, c->holder);
		if (!p || !c->receipt || c->bad || p->config->dead) {
			continue;
		}
		if (away_sec > 0 && !p->holder && p->seen + away_sec < s->now) {
			continue;
		}
		has[p - s->places] = true;
	}
}

/* Shard number i of the vault. A shard in two stripes has one row: a copy for one counts for
 * both. */
static void list_one(vv_spread_list *l, const vv_vault_session *s, size_t i, vv_code code,
		     uint64_t away_sec)
{
	const vv_kept *k = &s->state->shards[i];
	vv_spread_shard *sh = &l->items[l->count++];

	*sh = (vv_spread_shard){
		.shard = k->shard, .code = code, .has = l->has + i * s->place_count};
	vv_spread_holders(s, k, away_sec, sh->has);
}

vv_status vv_spread_list_live(vv_spread_list *out, const vv_vault_session *s, uint64_t away_sec,
			      vv_error *err)
{
	size_t all = s->state->shard_count;

	memset(out, 0, sizeof(*out));
	vv_array_each(s->state->stripes, s->state->stripe_count, stripe) {
		all += vv_code_shards(stripe->code);
	}
	out->items = vv_calloc(all + 1, sizeof(*out->items));
	out->has = vv_calloc((all + 1) * (s->place_count + 1), sizeof(*out->has));
	if (!out->items || !out->has) return vv_fail_nomem(err);
	vv_array_each(s->state->stripes, s->state->stripe_count, st) {
		const bool live = !s->state->shards[st->shards[0]].retired;
		for (size_t n = 0; live && n < vv_code_shards(st->code); n++) {
			list_one(out, s, st->shards[n], st->code, away_sec);
		}
	}
	for (size_t i = 0; i < s->state->shard_count; i++) {
		const vv_kept *k = &s->state->shards[i];
		if (!k->retired && k->stripe == 0) {
			list_one(out, s, i, (vv_code){0, 0}, away_sec);
		}
	}
	return VV_OK;
}

void vv_spread_list_clear(vv_spread_list *l)
{
	vv_free_all(l->items, l->has);
	memset(l, 0, sizeof(*l));
}

/* --- who gets what ------------------------------------------------------------------------------ */

typedef struct target {
	size_t *shards; /* of the list */
	size_t count;
	uint64_t below; /* takes_below of the place, before the round */
} target;

/* Room to choose in. */
typedef struct choice {
	vv_placeable *list;
	size_t *places, *order;
	bool *taken; /* places whose domain is not to get it */
} choice;

/* The best place for one more copy; SIZE_MAX: there is none. */
static size_t choose_place(const vv_spread *x, const vv_spread_shard *sh, choice *c)
{
	const vv_vault_session *s = x->session;
	size_t count = 0;

	for (size_t i = 0; i < s->place_count; i++) {
		const vv_vault_place *p = &s->places[i];
		bool fits = vv_vault_place_takes(p, vv_shard_len(sh->shard.leaves)) &&
			    !sh->has[i] && !(sh->exclude && sh->exclude[i]) &&
			    !(x->allowed && !x->allowed[i]);
		for (size_t k = 0; fits && k < s->place_count; k++) {
			fits = !c->taken[k] || strcmp(vv_vault_place_domain(s, p),
						      vv_vault_place_domain(s, &s->places[k])) != 0;
		}
		if (fits) {
			c->list[count].id = p->id;
			c->list[count].domain = vv_vault_place_domain(s, p);
			c->places[count++] = i;
		}
	}
	return vv_placement(c->order, &sh->shard.cid, c->list, count) > 0 ? c->places[c->order[0]]
									  : SIZE_MAX;
}

static vv_status add_to(target *t, size_t shard, size_t all, vv_error *err)
{
	if (!t->shards && !(t->shards = vv_calloc(all, sizeof(*t->shards)))) {
		return vv_fail_nomem(err);
	}
	t->shards[t->count++] = shard;
	return VV_OK;
}

/* The copies that shard number i lacks, which is in no stripe. */
static vv_status aim_copies(const vv_spread *x, const vv_spread_shard *shards, size_t i, size_t all,
			    choice *c, target *targets, vv_error *err)
{
	size_t at = 0;
	vv_status rc = VV_OK;

	memcpy(c->taken, shards[i].has, x->session->place_count * sizeof(*c->taken));
	while (rc == VV_OK && at != SIZE_MAX &&
	       vv_spread_copies(x->session, c->taken) < x->copies) {
		if ((at = choose_place(x, &shards[i], c)) != SIZE_MAX) {
			c->taken[at] = true;
			rc = add_to(&targets[at], i, all, err);
		}
	}
	return rc;
}

/* Chooses a place for each shard of the stripe from `first` that is not apart from the others. */
static vv_status aim_stripe(const vv_spread *x, const vv_spread_shard *shards, size_t first,
			    size_t all, choice *c, target *targets, vv_error *err)
{
	const size_t n = vv_spread_together(&shards[first]);
	size_t at[VV_STRIPE_MAX];
	vv_status rc = vv_spread_apart(at, x->session, &shards[first], err);

	memset(c->taken, 0, x->session->place_count * sizeof(*c->taken));
	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		if (at[i] != SIZE_MAX) {
			c->taken[at[i]] = true;
		}
	}
	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		if (at[i] == SIZE_MAX &&
		    (at[i] = choose_place(x, &shards[first + i], c)) != SIZE_MAX) {
			c->taken[at[i]] = true;
			rc = add_to(&targets[at[i]], first + i, all, err);
		}
	}
	return rc;
}

/* --- the holders' shares --------------------------------------------------------------------------- */

/* Some of the list, for one holder. */
typedef struct share {
	vv_vault_place *p;
	uint8_t key[VV_KEY_PUBLIC]; /* the holder's */
	bool has_key;
	vv_spread_shard *shards;
	size_t which[BATCH]; /* of shards */
	vv_shard named[BATCH];
	size_t count;
} share;

/* One holder's part of a round, a batch at a time. */
typedef struct serving {
	share part; /* that is sent now */
	share done; /* those of part that arrived */
	const target *t;
	size_t next;                   /* of t: where the next batch begins */
	const vv_ledger_record *place; /* names part, and may name more */
	uint64_t sent;
	bool failed; /* it takes no more, and why */
	vv_error why;
} serving;

static void add_to_share(share *h, size_t which)
{
	h->which[h->count] = which;
	h->named[h->count++] = h->shards[which].shard;
}

/* A record that these are to be at the holder. */
static vv_status write_place(vv_spread *x, const share *h, const vv_ledger_record **out,
			     vv_error *err)
{
	vv_ledger_record r = {.kind = VV_LEDGER_PLACE,
			      .has_key = h->has_key,
			      .shards = (vv_shard *)(uintptr_t)h->named,
			      .shard_count = h->count};

	memcpy(r.key, h->key, VV_KEY_PUBLIC);
	memcpy(r.holder, h->p->id, VV_HOLDER_ID);
	return vv_ledger_write_later(x->session->ledger, &r, &x->session->key, out, err);
}

/* A holder that thinks takes what its place names, and wants to see that first, with all that its author
 * wrote before. The place is durable here. */
static vv_status hand_place(const vv_spread *x, vv_vault_place *p, const vv_ledger_record *place,
			    vv_error *err)
{
	const vv_ledger *l = x->session->ledger;
	char name[VV_LEDGER_NAME];
	const char *const names[] = {name};
	vv_auto(vv_buf) file = VV_BUF_INIT;
	vv_error why;

	if (place->has_key) return vv_vault_session_meet(x->session, p, err);
	vv_ledger_name(name, place);
	vv_status rc = vv_ledger_file(l, name, &file, err);
	vv_hold_bytes record = {(const uint8_t *)file.data, file.len};
	if (rc == VV_OK && vv_vault_holder_keeps_records(p->holder) &&
	    vv_holder_put_records(p->holder, vv_ledger_vault(l), names, &record, 1, &why) < 0) {
		vv_vault_place_put_failed(p, &why, 0);
	}
	return rc;
}

/* Writes the receipt of a place whose holder may have become unreachable after receiving everything. *written:
 * in the ledger; not if a holder with a key does not sign. */
static vv_status write_receipt(vv_spread *x, vv_vault_place *p, const vv_ledger_record *place,
			       bool *written, vv_error *err)
{
	vv_vault_session *s = x->session;
	vv_ledger_record r = {.kind = VV_LEDGER_RECEIPT, .link = place->cid};
	vv_error why;

	*written = !place->has_key || p->holder;
	if (!*written) return VV_OK;
	r.until = s->now + VV_RECEIPT_TERM;
	r.has_key = p->holder && vv_vault_holder_key(p->holder, r.key);
	if (r.has_key && vv_holder_receipt(p->holder, vv_ledger_vault(s->ledger), &place->cid,
					   &r.until, r.signature, &why) < 0) {
		/* a holder that refused records lacks the place record */
		why.code = why.code == VV_ENOTFOUND ? VV_EREFUSED : why.code;
		vv_vault_place_put_failed(p, &why, 0);
		*written = false;
		return VV_OK;
	}
	return vv_ledger_write_later(s->ledger, &r, &s->key, NULL, err);
}

static void keep_rate(const vv_spread *x, uint64_t start_ms)
{
	uint64_t wanted = x->rate > 0 ? x->sent * 1000 / x->rate : 0;
	uint64_t spent = vv_monotonic_ms() - start_ms;

	if (wanted > spent) {
		vv_sleep_ms(wanted - spent);
	}
}

/* done gets those of part that arrived; they are durable after the holders have finished. */
static vv_status send_part(vv_spread *x, serving *v, uint64_t start_ms, vv_error *err)
{
	vv_vault_session *s = x->session;
	const share *h = &v->part;
	vv_vault_place *p = h->p;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_error why;
	vv_status rc = VV_OK;

	v->done.count = v->sent = 0;
	v->failed = false;
	for (size_t i = 0; rc == VV_OK && p->holder && !v->failed && i < h->count; i++) {
		const vv_shard *sh = &h->named[i];
		if (!vv_vault_place_takes(p, vv_shard_len(sh->leaves))) {
			continue;
		}
		rc = x->bytes(x->payload, sh, &bytes, err);
		if (rc == VV_EMISSING || rc == VV_ECORRUPT) {
			rc = VV_OK;
			continue;
		}
		if (rc < 0 || !p->holder) { /* it may have failed to send the bytes */
			continue;
		}
		if (vv_holder_put_shard(p->holder, vv_ledger_vault(s->ledger), &sh->cid, bytes.data,
					bytes.len, &why) == VV_OK) {
			add_to_share(&v->done, h->which[i]);
			v->sent += bytes.len;
			x->sent += bytes.len;
			x->shards++;
			keep_rate(x, start_ms);
			rc = vv_progress_update(x->progress, "copies", x->sent, 0, err);
		} else if (why.code == VV_EREFUSED) {
			vv_vault_place_put_failed(p, &why, bytes.len);
		} else { /* shards received before can still become durable */
			v->failed = true;
			v->why = why;
		}
	}
	return rc;
}

/* Makes sent shards durable; others count as not sent. */
static vv_status finish_parts(vv_spread *x, serving *all, vv_error *err)
{
	const size_t places = x->session->place_count;
	vv_auto_free bool *lost = vv_calloc(places + 1, sizeof(*lost));
	vv_status rc = lost ? vv_vault_session_finish(x->session, lost, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < places; i++) {
		serving *v = &all[i];
		if (lost[i]) {
			x->shards -= v->done.count;
			x->sent -= v->sent;
			v->done.count = 0;
		} else if (v->part.count > 0 && v->failed && v->part.p->holder) {
			vv_vault_place_fail(v->part.p, &v->why);
		}
	}
	return rc;
}

static vv_status write_receipts(vv_spread *x, serving *v, vv_error *err)
{
	vv_vault_place *p = v->part.p;
	bool written = false;
	vv_status rc = VV_OK;

	if (v->done.count == 0) return VV_OK;
	/* a receipt covers a whole place: the arrived part of a broken one gets its own place */
	if (v->done.count < v->place->shard_count) {
		rc = write_place(x, &v->done, &v->place, err);
		if (rc == VV_OK && p->holder && v->done.has_key) {
			rc = hand_place(x, p, v->place, err);
		}
	}
	if (rc < 0 || (rc = write_receipt(x, p, v->place, &written, err)) < 0) return rc;
	vv_array_each(v->done.which, written ? v->done.count : 0, which) {
		v->part.shards[*which].has[p - x->session->places] = true;
	}
	return VV_OK;
}

/* The parts of all holders: they wait for their disks together. */
static vv_status send_parts(vv_spread *x, serving *all, uint64_t start_ms, vv_error *err)
{
	const size_t places = x->session->place_count;
	vv_status rc;

	vv_array_each(all, places, v) {
		if ((rc = send_part(x, v, start_ms, err)) < 0) return rc;
	}
	if ((rc = finish_parts(x, all, err)) < 0) return rc;
	vv_array_each(all, places, v) {
		if ((rc = write_receipts(x, v, err)) < 0) return rc;
	}
	return VV_OK;
}

/* The last of these places that names the shard; NULL: none does. */
static const vv_ledger_record *place_of(const vv_ledger_record *const *places, size_t count,
					const vv_shard *sh)
{
	const vv_ledger_record *found = NULL;

	vv_array_each(places, count, place) {
		vv_array_each((*place)->shards, (*place)->shard_count, named) {
			found = vv_cid_equal(&named->cid, &sh->cid) ? *place : found;
		}
	}
	return found;
}

/* Chooses the next batch and its place: one still waiting since the holder did not accept its shards, or a
 * new one. */
static vv_status choose_part(vv_spread *x, serving *v, vv_error *err)
{
	share *h = &v->part;
	const vv_place_of of = {.ledger = x->session->ledger,
				.author = x->session->key.public_key,
				.holder = h->p->id,
				.key = h->has_key ? h->key : NULL};
	vv_auto_free const vv_ledger_record **waiting = NULL;
	size_t count = 0;
	vv_status rc = VV_OK;

	h->count = v->done.count = 0;
	if (v->next < v->t->count) {
		rc = vv_waiting_places(&waiting, &count, &of, err);
	}
	for (; rc == VV_OK && v->next < v->t->count && h->count < BATCH; v->next++) {
		const size_t i = v->t->shards[v->next];
		const vv_shard *sh = &h->shards[i].shard;
		const vv_ledger_record *place = place_of(waiting, count, sh);
		if (!vv_vault_place_takes(h->p, vv_shard_len(sh->leaves))) {
			continue;
		}
		if (h->count > 0 && place != v->place) {
			break;
		}
		v->place = place;
		add_to_share(h, i);
	}
	return rc == VV_OK && h->count > 0 && !v->place ? write_place(x, h, &v->place, err) : rc;
}

/* Makes places durable before holders receive them. */
static vv_status hand_places(vv_spread *x, serving *all, vv_error *err)
{
	vv_status rc = vv_ledger_sync(x->session->ledger, err);

	if (rc < 0) return rc;
	vv_array_each(all, x->session->place_count, v) {
		if (v->part.count > 0) {
			if ((rc = hand_place(x, v->part.p, v->place, err)) < 0) return rc;
			v->part.count = vv_vault_place_takes(v->part.p, 1) ? v->part.count : 0;
		}
	}
	return VV_OK;
}

/* A batch for each holder; *any: there was something left. */
static vv_status serve_batches(vv_spread *x, serving *all, uint64_t start_ms, bool *any,
			       vv_error *err)
{
	vv_status rc;

	*any = false;
	vv_array_each(all, x->session->place_count, v) {
		if ((rc = choose_part(x, v, err)) < 0) return rc;
		*any = *any || v->part.count > 0;
	}
	if (!*any) return VV_OK;
	rc = hand_places(x, all, err);
	return rc < 0 ? rc : send_parts(x, all, start_ms, err);
}

static vv_status serve_places(vv_spread *x, const target *targets, vv_spread_shard *shards,
			      uint64_t start_ms, vv_error *err)
{
	const size_t places = x->session->place_count;
	vv_auto_free serving *all = vv_calloc(places + 1, sizeof(*all));
	bool any = true;
	vv_status rc = all ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < places; i++) {
		vv_vault_place *p = &x->session->places[i];
		all[i].part.p = p;
		all[i].part.shards = shards;
		all[i].part.has_key = p->holder && vv_vault_holder_key(p->holder, all[i].part.key);
		all[i].done = all[i].part;
		all[i].t = &targets[i];
	}
	while (rc == VV_OK && any) {
		rc = serve_batches(x, all, start_ms, &any, err);
	}
	return rc;
}

/* Assigns shards to places for this round. */
static vv_status aim_shards(const vv_spread *x, const vv_spread_shard *shards, size_t count,
			    target *targets, vv_error *err)
{
	const size_t places = x->session->place_count;
	vv_auto_free size_t *numbers = vv_calloc(2 * places + 2, sizeof(*numbers));
	choice c = {.list = vv_calloc(places + 1, sizeof(*c.list)),
		    .places = numbers,
		    .order = numbers ? numbers + places : NULL,
		    .taken = vv_calloc(places + 1, sizeof(*c.taken))};
	vv_status rc = numbers && c.list && c.taken ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i += vv_spread_together(&shards[i])) {
		rc = shards[i].code.data > 0 ? aim_stripe(x, shards, i, count, &c, targets, err)
					     : aim_copies(x, shards, i, count, &c, targets, err);
	}
	vv_free_all(c.list, c.taken);
	return rc;
}

/* Shards with fewer bytes are offered to it. */
static uint64_t takes_below(const vv_vault_place *p)
{
	if (!p->holder) return 0;
	return p->refuses ? p->refused_len : UINT64_MAX;
}

/* Makes the shards' missing copies; *any: copies were missing and a holder was available. */
static vv_status one_round(vv_spread *x, vv_spread_shard *shards, size_t count, uint64_t start_ms,
			   bool *any, vv_error *err)
{
	const size_t places = x->session->place_count;
	const uint64_t before = x->shards;
	target *targets = vv_calloc(places + 1, sizeof(*targets));
	vv_status rc = targets ? aim_shards(x, shards, count, targets, err) : vv_fail_nomem(err);

	*any = false;
	vv_array_each(targets, places, t) {
		t->below = takes_below(&x->session->places[t - targets]);
	}
	if (rc == VV_OK) {
		rc = serve_places(x, targets, shards, start_ms, err);
		*any = x->shards > before;
	}
	/* refused shards are not offered to the holder again: the next round tries another one */
	vv_array_each(targets, places, t) {
		*any = *any ||
		       (t->count > 0 && takes_below(&x->session->places[t - targets]) < t->below);
	}
	vv_array_clear(targets, targets ? places : 0, t, vv_free(t->shards));
	return rc;
}

vv_status vv_spread_run(vv_spread *x, vv_spread_shard *shards, size_t count, vv_error *err)
{
	const uint64_t start_ms = vv_monotonic_ms();
	bool any = count > 0;
	vv_status rc = VV_OK;

	while (any) {
		if ((rc = one_round(x, shards, count, start_ms, &any, err)) < 0) return rc;
	}
	return VV_OK;
}
