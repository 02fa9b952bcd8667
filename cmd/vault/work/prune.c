/*
 * prune: finds live content.
 */
#include "cmd/vault/work/prune.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/replicate.h"
#include "cmd/vault/work/retire.h"
#include "cmd/vault/work/spread.h"
#include "cmd/vault/work/surplus.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/resemble.h"
#include "repo/git/objects/send.h"

typedef struct pruning {
	vv_prune *x;
	vv_vault_session *s;
	vv_contents contents;
	vv_store *store;
	vv_cid_set *live;
	vv_oids tips;
	vv_cid_set *erased;  /* dead items that were erased; NULL: there are none, or they stay */
	bool erased_stay;    /* until the next prune */
	vv_cid_set *lacking; /* shards that lack copies */
	vv_cid_map *newest;  /* item -> the last of contents.runs that has it */
	size_t kept; /* this many of contents.runs are live as a whole: the last of them is unreadable now */
	vv_buf bytes, base;
} pruning;

/* --- live content ------------------------------------------------------------------------------- */

static vv_status on_object(void *payload, const vv_git_object *o, vv_error *err)
{
	pruning *p = payload;
	const vv_cid cid = vv_item_cid((vv_item_kind)(VV_ITEM_COMMIT + (o->type - VV_GIT_COMMIT)),
				       o->id.id);
	bool added;

	return vv_cid_set_add(p->live, &cid, &added, err);
}

static vv_status on_block(void *payload VV_UNUSED, const vv_cid *cid VV_UNUSED,
			  const vv_cid *like VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK; /* the walk's own set is the live one */
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	pruning *p = payload;

	return vv_contents_block(&p->contents, p->store, cid, out, err);
}

static vv_status on_root(void *payload, const vv_new_root *n, vv_error *err)
{
	pruning *p = payload;
	/* of a linked or expired version, whose blocks may be here from before */
	uint64_t missing = 0;
	const vv_resemble walk = {.get = get_block,
				  .fn = on_block,
				  .payload = p,
				  .seen = p->live,
				  .missing = n->link || n->expired ? &missing : NULL};

	return vv_resemble_walk(&walk, &n->root, vv_cid_is_null(&n->before) ? NULL : &n->before,
				err);
}

static vv_status find_live(pruning *p, vv_error *err)
{
	vv_status rc;

	if (!(p->live = vv_cid_set_new())) return vv_fail_nomem(err);
	if ((rc = vv_contents_tips(&p->contents, &p->tips, err)) < 0) return rc;
	rc = vv_new_roots_each(p->s->repo, p->tips.items, p->tips.count, NULL, 0, on_root, p, err);
	if (rc == VV_OK) {
		rc = vv_git_objects_each(p->s->repo, p->tips.items, p->tips.count, NULL, 0,
					 UINT64_MAX, on_object, p, NULL, err);
	}
	if (rc == VV_ENOTFOUND || rc == VV_EMISSING) {
		rc = vv_recode(err, VV_EMISSING);
		vv_prefix(err, "refs of the vault lead to commits that this repository lacks");
		vv_hint(err,
			"get the commits of the other writers with 'git fetch' and 'varve fetch' from their clones, or run 'varve vault recover --key FILE --to FOLDER HOLDER' and prune in that folder");
	}
	return rc;
}

/* An unreadable run may contain differences to seemingly dead content in earlier runs. */
static void keep_with_all_before(pruning *p, const vv_vault_run *run)
{
	const size_t count = (size_t)(run - p->contents.runs) + 1;

	p->kept = count > p->kept ? count : p->kept;
}

/* All of these is alive, bases too, which are among them. */
static vv_status add_kept(pruning *p, vv_error *err)
{
	vv_status rc;

	vv_array_each(p->contents.runs, p->kept, run) {
		vv_array_each(run->index.items, run->index.count, it) {
			if ((rc = vv_cid_set_add(p->live, &it->cid, NULL, err)) < 0) return rc;
		}
	}
	p->x->unread = p->kept;
	return VV_OK;
}

/* --- erased content ------------------------------------------------------------------------------ */

static bool is_erased(const pruning *p, const vv_cid *item)
{
	return p->erased && vv_cid_set_has(p->erased, item);
}

/* Erased items that are alive again stay. */
static vv_status find_erased(pruning *p, vv_error *err)
{
	vv_auto(vv_erased) *e = NULL;
	vv_auto(vv_cid_set) *all = vv_cid_set_new();
	vv_status rc = all ? VV_OK : vv_fail_nomem(err);

	if (rc < 0 || p->erased_stay) return rc;
	if ((rc = vv_erased_open(&e, p->s->repo, err)) < 0 || !e) return rc;
	if ((rc = vv_contents_erased(&p->contents, e, all, err)) < 0) return rc;
	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(all); i++) {
		if (vv_cid_set_has(p->live, vv_cid_set_at(all, i))) {
			continue;
		}
		if (!p->erased && !(p->erased = vv_cid_set_new())) return vv_fail_nomem(err);
		rc = vv_cid_set_add(p->erased, vv_cid_set_at(all, i), NULL, err);
	}
	return rc;
}

/* A run that we wrote, and can read. */
static bool is_ours(const pruning *p, const vv_vault_run *run)
{
	return memcmp(run->record->author, p->s->key.public_key, VV_KEY_PUBLIC) == 0 &&
	       !run->lost && run->index.count > 0;
}

/* Those of one run that were not looked at yet, the last first: a shard is opened once for all that is in it, and
 * most bases are before what needs them. */
static vv_status add_bases_of(pruning *p, vv_vault_run *run, vv_cid_set *looked, bool *more,
			      vv_error *err)
{
	vv_cid base;
	bool added;
	vv_status rc;

	for (size_t k = run->index.count; k > 0; k--) {
		const vv_cid *item = &run->index.items[k - 1].cid;
		if (!vv_cid_set_has(p->live, item)) {
			continue;
		}
		if ((rc = vv_cid_set_add(looked, item, &added, err)) < 0) return rc;
		if (!added) {
			continue;
		}
		if ((rc = vv_contents_base(&p->contents, item, &base, err)) == VV_EMISSING) {
			keep_with_all_before(p, run);
			continue;
		}
		if (rc < 0) return rc;
		if (is_erased(p, &base) && is_ours(p, run)) {
			run->erased = true;
		} else if (!vv_cid_is_null(&base)) {
			if ((rc = vv_cid_set_add(p->live, &base, &added, err)) < 0) return rc;
			*more = *more || added;
		}
	}
	return VV_OK;
}

/* The bases of live items are live, and theirs, and so on. */
static vv_status add_bases(pruning *p, vv_error *err)
{
	vv_auto(vv_cid_set) *looked = vv_cid_set_new();
	bool more = true;
	vv_status rc = looked ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && more) {
		more = false;
		for (size_t i = p->contents.count; rc == VV_OK && i > 0; i--) {
			rc = add_bases_of(p, &p->contents.runs[i - 1], looked, &more, err);
		}
	}
	return rc;
}

/* Dead items, too: without its base, one could not be read if a ref led to it again. */
static vv_status note_erased(pruning *p, vv_vault_run *run, vv_error *err)
{
	vv_cid base;

	for (size_t k = 0; k < run->index.count && !run->erased; k++) {
		const vv_cid *item = &run->index.items[k].cid;
		const vv_status rc = vv_contents_base(&p->contents, item, &base, err);

		if (rc == VV_EMISSING) {
			keep_with_all_before(p, run);
		} else if (rc < 0) {
			return rc;
		}
		run->erased = is_erased(p, item) || (rc == VV_OK && is_erased(p, &base));
	}
	return VV_OK;
}

static vv_status find_erased_runs(pruning *p, vv_error *err)
{
	vv_array_each(p->contents.runs, p->erased ? p->contents.count : 0, run) {
		const vv_status rc = is_ours(p, run) ? note_erased(p, run, err) : VV_OK;
		if (rc < 0) return rc;
	}
	return VV_OK;
}

static vv_status find_contents(pruning *p, vv_error *err)
{
	vv_status rc;

	vv_array_each(p->contents.runs, p->contents.count, run) {
		if (run->lost) {
			keep_with_all_before(p, run);
		}
	}
	if ((rc = find_live(p, err)) < 0 || (rc = find_erased(p, err)) < 0 ||
	    (rc = add_bases(p, err)) < 0 || (rc = find_erased_runs(p, err)) < 0) {
		return rc;
	}
	return add_kept(p, err);
}

/* --- rewritten runs ----------------------------------------------------------------------------- */

static uint64_t leaves_of(const vv_ledger_record *r)
{
	uint64_t leaves = 0;

	vv_array_each(r->shards, r->shard_count, shard) {
		leaves += shard->leaves;
	}
	return leaves;
}

/* Is the item alive, and in no later run of ours too (which a prune wrote that was interrupted)? */
static bool is_needed(const pruning *p, const vv_vault_run *run, const vv_cid *item)
{
	uint64_t last;

	return (!p->live || vv_cid_set_has(p->live, item)) &&
	       (!vv_cid_map_get(p->newest, item, &last) || &p->contents.runs[last] == run);
}

static uint64_t count_dead(const pruning *p, const vv_vault_run *run)
{
	uint64_t dead = 0;

	vv_array_each(run->index.items, run->index.count, it) {
		dead += !is_needed(p, run, &it->cid);
	}
	return dead;
}

/* Content that is needed, at least: an item ends where the next one begins. */
static uint64_t needed_len(const pruning *p, const vv_vault_run *run)
{
	uint64_t len = 0;

	for (size_t i = 0; i + 1 < run->index.count; i++) {
		const vv_item_place *at = &run->index.items[i], *next = at + 1;
		if (next->offset > at->offset && is_needed(p, run, &at->cid)) {
			len += next->offset - at->offset;
		}
	}
	return len;
}

static vv_status find_newest(pruning *p, vv_error *err)
{
	vv_status rc;

	if (!(p->newest = vv_cid_map_new())) return vv_fail_nomem(err);
	vv_array_each(p->contents.runs, p->contents.count, run) {
		const uint64_t number = (uint64_t)(run - p->contents.runs);

		vv_array_each(run->index.items, is_ours(p, run) ? run->index.count : 0, it) {
			if ((rc = vv_cid_map_set(p->newest, &it->cid, number, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

/* Without stripes: is it one of the small ones? With them: does all of it lie in whole copies? */
static bool is_tail(const pruning *p, const vv_vault_run *run)
{
	return is_ours(p, run) &&
	       (p->s->policy.code.data > 0 ? run->record->stripe_count == 0
					   : leaves_of(run->record) < VV_LEAVES_MAX);
}

/* Would those that are tails fill a shard, or a stripe? */
static bool tails_suffice(const pruning *p)
{
	const uint64_t data = p->s->policy.code.data;
	uint64_t leaves = 0, len = 0;

	vv_array_each(p->contents.runs, p->contents.count, run) {
		if (is_tail(p, run)) {
			leaves += leaves_of(run->record);
			len += data > 0 ? needed_len(p, run) : 0;
		}
	}
	return data > 0 ? len >= data * VV_SHARD_FULL : leaves >= VV_LEAVES_MAX;
}

/* Live shards that do not have their copies; of a stripe, all or none. */
static vv_status find_lacking(pruning *p, vv_error *err)
{
	const unsigned copies = p->s->policy.copies ? p->s->policy.copies : 1;
	vv_auto(vv_spread_list) list = {0};
	size_t at[VV_STRIPE_MAX], n;
	vv_status rc = vv_spread_list_live(&list, p->s, 0, err);

	if (rc == VV_OK && !(p->lacking = vv_cid_set_new())) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < list.count; i += n) {
		const vv_spread_shard *first = &list.items[i];
		bool whole = vv_spread_copies(p->s, first->has) >= copies;
		n = vv_spread_together(first);
		if (first->code.data > 0) {
			if ((rc = vv_spread_apart(at, p->s, first, err)) < 0) return rc;
			whole = !vv_array_has(at, n, SIZE_MAX);
		}
		vv_array_each(first, whole ? 0 : n, it) {
			if ((rc = vv_cid_set_add(p->lacking, &it->shard.cid, NULL, err)) < 0) {
				return rc;
			}
		}
	}
	return rc;
}

static bool lacks_copies(const pruning *p, const vv_vault_run *run)
{
	for (size_t i = 0; i < vv_run_shard_count(run->record); i++) {
		if (vv_cid_set_has(p->lacking, &vv_run_shard_at(run->record, i)->cid)) return true;
	}
	return false;
}

/* Something alive in it is in a later run of ours, too, and that one does not have its copies: it stays. */
static bool is_relied_on(const pruning *p, const vv_vault_run *run)
{
	uint64_t last;

	vv_array_each(run->index.items, run->index.count, it) {
		const vv_cid *item = &it->cid;
		if ((!p->live || vv_cid_set_has(p->live, item)) &&
		    vv_cid_map_get(p->newest, item, &last) && &p->contents.runs[last] != run &&
		    lacks_copies(p, &p->contents.runs[last])) {
			return true;
		}
	}
	return false;
}

static void count_chosen(pruning *p)
{
	p->x->runs = p->x->shards = p->x->dead = 0;
	vv_array_each(p->contents.runs, p->contents.count, run) {
		if (run->chosen) {
			p->x->runs++;
			p->x->shards += vv_run_shard_count(run->record);
			p->x->dead += count_dead(p, run);
		}
	}
}

/* Runs of ours that are less than half alive, those with erased items, and tails once there are enough of them. */
static void mark_runs(pruning *p)
{
	const bool tails = tails_suffice(p);

	p->x->unready = 0;
	vv_array_each(p->contents.runs, p->contents.count, run) {
		const uint64_t dead = is_ours(p, run) ? count_dead(p, run) : 0;
		const bool may = run >= p->contents.runs + p->kept && is_ours(p, run) &&
				 ((!p->x->tails && dead * 2 > run->index.count) || run->erased ||
				  (tails && is_tail(p, run)));

		run->chosen = may && !is_relied_on(p, run);
		p->x->unready += may && !run->chosen;
	}
}

static uint64_t count_erased_runs(const pruning *p)
{
	uint64_t count = 0;

	vv_array_each(p->contents.runs, p->contents.count, run) {
		count += run->erased && !run->chosen;
	}
	return count;
}

/* Something in a run that stays may be a difference to an erased item, which then stays as well. */
static vv_status keep_erased(pruning *p, vv_error *err)
{
	vv_array_each(p->contents.runs, p->contents.count, run) {
		run->erased = false;
	}
	vv_cid_set_free(p->erased);
	vv_cid_set_free(p->live);
	p->erased = p->live = NULL;
	p->erased_stay = true;
	p->tips.count = 0;
	return find_contents(p, err);
}

static vv_status choose_runs(pruning *p, vv_error *err)
{
	vv_status rc = find_lacking(p, err);

	if (rc < 0) return rc;
	mark_runs(p);
	if ((p->x->erased = count_erased_runs(p)) > 0) {
		if ((rc = keep_erased(p, err)) < 0) return rc;
		mark_runs(p);
	}
	count_chosen(p);
	return VV_OK;
}

/* The bytes of an item: of the vault, or, where its holders are away, of this clone. */
static vv_status item_bytes(pruning *p, vv_item_kind kind, const vv_cid *cid, vv_buf *out,
			    vv_error *err)
{
	vv_error why;
	vv_status rc = vv_contents_get(&p->contents, cid, out, &why);

	if (rc != VV_EMISSING) {
		*err = rc < 0 ? why : *err;
		return rc;
	}
	vv_buf_reset(out);
	rc = vv_contents_here(&p->contents, p->store, kind, cid, out, err);
	if (rc < 0 && rc != VV_ENOMEM) {
		*err = why;
		rc = VV_EMISSING;
	}
	return rc;
}

/* A vv_replicate.items: everything alive of the chosen runs, each with its base, if that is alive. */
static vv_status put_items(void *payload, vv_put_item_fn put, void *to, vv_error *err)
{
	pruning *p = payload;
	vv_status rc;

	vv_array_each(p->contents.runs, p->contents.count, run) {
		vv_array_each(run->index.items, run->chosen ? run->index.count : 0, at) {
			vv_item item = {.kind = at->kind, .cid = at->cid};

			if (!is_needed(p, run, &item.cid)) {
				continue;
			}
			if ((rc = vv_contents_base(&p->contents, &item.cid, &item.base_cid, err)) <
				    0 ||
			    (rc = item_bytes(p, item.kind, &item.cid, &p->bytes, err)) < 0) {
				return rc;
			}
			if (is_erased(p, &item.base_cid) &&
			    !vv_cid_set_has(p->live, &item.base_cid)) {
				item.base_cid = (vv_cid){0}; /* it is stored whole */
			}
			if (!vv_cid_is_null(&item.base_cid) &&
			    (rc = item_bytes(p, item.kind, &item.base_cid, &p->base, err)) < 0) {
				return rc;
			}
			item.bytes = vv_buf_cstr(&p->bytes);
			item.len = p->bytes.len;
			item.base = vv_buf_cstr(&p->base);
			item.base_len = vv_cid_is_null(&item.base_cid) ? 0 : p->base.len;
			if ((rc = put(to, &item, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

/* Retires the chosen runs without live content, which then count no longer as chosen; or the remaining
 * ones. */
static vv_status retire_runs(pruning *p, bool dead, vv_error *err)
{
	vv_auto(vv_cid_set) *old = vv_cid_set_new();
	uint64_t shards;
	vv_status rc;

	if (!old) return vv_fail_nomem(err);
	vv_array_each(p->contents.runs, p->contents.count, run) {
		/* those with erased items later, as live items may be differences to these */
		const bool only_dead = !run->erased && count_dead(p, run) == run->index.count;

		if (run->chosen && (!dead || only_dead)) {
			run->chosen = !dead;
			if ((rc = vv_cid_set_add(old, &run->record->cid, NULL, err)) < 0) return rc;
		}
	}
	return vv_retire_runs(p->s, old, &shards, err);
}

/* Finds live content: everything, if only tails are rewritten. */
static vv_status look_at_contents(pruning *p, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_contents_open(&p->contents, p->s, NULL, err)) < 0 ||
	    (rc = vv_repository_store(p->s->repo, &p->store, err)) < 0 ||
	    (rc = find_newest(p, err)) < 0 || p->x->tails) {
		return rc;
	}
	return find_contents(p, err);
}

/* Seals the live content of the chosen runs again, then retires them. *ready: it has its copies, and they are
 * retired. */
static vv_status seal_again(pruning *p, bool *ready, vv_error *err)
{
	vv_replicate run = {.items = put_items, .payload = p};
	vv_status rc = vv_replicate_run(&run, p->s, err);

	if (rc < 0) return rc;
	p->x->sent = run.sent;
	/* copies owed by other runs can wait for the room that this one makes */
	*ready = !run.short_of_min && run.owed_new == 0;
	if (*ready) return retire_runs(p, false, err);
	if (p->x->tails) {
		return vv_fail(
			err, VV_EREFUSED,
			"the rewritten data does not have its copies yet, so nothing was retired\nrun 'varve vault replicate', then 'varve vault prune' again");
	}
	return VV_OK;
}

static vv_status rewrite_runs(pruning *p, vv_error *err)
{
	vv_prune *x = p->x;
	bool ready = true;
	vv_status rc;

	if ((rc = look_at_contents(p, err)) < 0 || (rc = choose_runs(p, err)) < 0 || x->runs == 0 ||
	    x->dry_run) {
		return rc;
	}
	const vv_prune all = *x;
	/* dead runs are removed even without room, and make some */
	if ((rc = retire_runs(p, true, err)) < 0) return rc;
	count_chosen(p);
	if (x->runs > 0 && (rc = seal_again(p, &ready, err)) < 0) return rc;
	x->unready += ready ? 0 : x->runs;
	x->runs = ready ? all.runs : all.runs - x->runs;
	x->shards = ready ? all.shards : all.shards - x->shards;
	x->dead = ready ? all.dead : all.dead - x->dead;
	return VV_OK;
}

vv_status vv_prune_run(vv_prune *x, vv_vault_session *s, vv_error *err)
{
	pruning p = {.x = x, .s = s};
	vv_replicate first = {.copies = 0};
	vv_status rc = VV_OK;

	/* Refs that were deleted here since keep nothing alive. */
	if (!x->dry_run && !x->tails && (rc = vv_replicate_run(&first, s, err)) < 0) return rc;
	if (first.sum.lost > 0) {
		return vv_fail(
			err, VV_EREFUSED,
			"no reachable holder has %s\nrun 'varve vault repair' to seal their content again, then prune",
			vv_text_counted(first.sum.lost, "shard", NULL));
	}
	x->owed = first.sum.owed - first.sum.hopeless;
	rc = rewrite_runs(&p, err);
	if (rc == VV_OK && !x->tails) {
		x->surplus = (vv_surplus){.grace_sec = x->grace_sec, .dry_run = x->dry_run};
		/* other writers may name a shard again meanwhile: reads their records now */
		rc = vv_vault_session_connect(s, err);
		rc = rc < 0 ? rc : vv_surplus_run(&x->surplus, s, err);
	}
	vv_contents_close(&p.contents);
	vv_cid_set_free(p.live);
	vv_cid_set_free(p.erased);
	vv_cid_map_free(p.newest);
	vv_oids_clear(&p.tips);
	vv_cid_set_free(p.lacking);
	vv_buf_clear_all(&p.bytes, &p.base);
	return rc;
}
