/*
 * fetch_run: the order of things in a fetch.
 */
#include "lib/sync/fetch_run.h"

#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/named.h"
#include "lib/heads/nearby.h"
#include "lib/heads/seen.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/vault_config.h"
#include "lib/sync/signed_plan.h"
#include "lib/sync/stand_in.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/send.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incomplete.h"
#include "transport/protocol/receipt.h"

typedef struct run {
	vv_fetch_job *j;
	vv_transfer t;
	vv_remote remote;
	vv_refspec *specs;
	size_t spec_count;
	vv_supplier *suppliers;
	size_t supplier_count, unasked_count;
	vv_error untold;   /* of those that nobody named; code VV_OK: nothing */
	vv_reached origin; /* a peer's line is the first supplier's */
	const vv_hello *hello;
	bool ref_asked;   /* a peer's ref of blocks is, or there is none */
	bool peers_asked; /* block peers are among the suppliers */
	bool lazy;        /* remote.<name>.varveLazy: history alone */
	bool own;         /* the remote is the one that the branch follows */
	const char *
		found_by; /* the name that the remote was found by: it is a copy as others are; NULL: none */
	bool stand_in;   /* the first supplier is another peer, since the remote does not answer */
	vv_remote stand; /* which */
	const char *stand_name; /* as it was asked for: the name of a remote or a URL */
	bool others;            /* further ones answered, and would have done */
	const vv_named *failed; /* those that did before; NULL: none */
	vv_error silent;        /* why the remote is not asked, or not again; code VV_OK: it is */
	uint64_t commits;       /* that git brought */
	vv_fetch_result result;
	vv_heads_seen seen; /* signed heads */
	vv_named mirrors;   /* of the data set; suppliers have their names from it */
	vv_nearby nearby;   /* likewise */
	bool signed_only;   /* nothing that is not signed counts of who gives the history */
} run;

void vv_fetch_job_init(vv_fetch_job *j, vv_repository *r)
{
	*j = (vv_fetch_job){.repo = r};
	vv_ref_plan_init(&j->plan);
}

void vv_fetch_job_clear(vv_fetch_job *j)
{
	vv_ref_plan_clear(&j->plan);
	vv_free(j->merge_name);
	vv_free(j->remote_head);
	vv_free(j->url);
}

/* --- whom to ask -------------------------------------------------------------------------- */

static vv_status find_remote(run *r, vv_error *err)
{
	vv_fetch_job *j = r->j;
	vv_auto(char) *name = NULL;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (j->remote) return vv_remote_find(&r->remote, j->repo, j->remote, err);
	if ((rc = vv_head_read(j->repo, &head, err)) < 0) return rc;
	rc = vv_remote_default(&name, j->repo, head.branch, false, err);
	if (rc == VV_ENOTFOUND && j->from.count > 0) {
		rc = vv_remote_find(&r->remote, j->repo, j->from.items[0], err);
	} else if (rc == VV_OK) {
		rc = vv_remote_find(&r->remote, j->repo, name, err);
	}
	return rc;
}

static bool is_supplier(const run *r, const char *url)
{
	for (size_t i = 1; i < r->supplier_count; i++) {
		if (strcmp(r->suppliers[i].name, url) == 0) return true;
	}
	return false;
}

static vv_status add_new(run *r, const char *url, vv_named_by by, vv_error *err)
{
	const size_t room = VV_SUPPLIERS_MAX - r->supplier_count;
	size_t added;
	vv_error why;

	if (room == 0) {
		return vv_fail(err, VV_EUSAGE, "at most %u peers can be asked at once",
			       VV_SUPPLIERS_MAX);
	}
	if (vv_reach_suppliers_later(&r->t, r->suppliers + r->supplier_count, room, &added, url, by,
				     &why) < 0) {
		vv_notes_warn(r->t.notes, "%s is left out: %s", vv_text_url(url), why.message);
		return VV_OK;
	}
	r->supplier_count += added;
	return VV_OK;
}

/* One of the further peers, which is connected when it is needed; a repeated one is not added again. With a name a gateway is asked
 * for the folder at IPNS, which has all blocks: what it does not have it looks for elsewhere, for long. */
static vv_status add_supplier(run *r, const char *url, vv_named_by by, vv_error *err)
{
	return (r->found_by && vv_named_is_gateway(url)) || strcmp(url, r->remote.url) == 0 ||
			       is_supplier(r, url) ||
			       (r->remote.name && strcmp(url, r->remote.name) == 0)
		       ? VV_OK
		       : add_new(r, url, by, err);
}

/* As many as there is room for. */
static vv_status add_found(run *r, const vv_named *found, vv_named_by by, vv_error *err)
{
	const char *url = NULL;
	vv_status rc = VV_OK;

	while (rc == VV_OK && r->supplier_count < VV_SUPPLIERS_MAX &&
	       (url = vv_named_mirror(found, url))) {
		rc = add_supplier(r, url, by, err);
	}
	return rc;
}

static vv_status look_lazy(run *r, vv_error *err)
{
	vv_auto(char) *key = NULL;

	if (r->j->full || !r->remote.name) return VV_OK;
	if (!(key = vv_remote_key(r->remote.name, "varvelazy"))) return vv_fail_nomem(err);
	return vv_config_bool(r->j->repo, key, false, &r->lazy, err);
}

/* Unless they were named, as one of the peers. */
static void add_unasked(run *r)
{
	size_t added;

	for (size_t i = 0; i < r->supplier_count; i++) {
		if (r->suppliers[i].id == vv_speed_source(VV_VAULT_SOURCE)) return;
	}
	vv_reach_unasked(&r->t, r->suppliers + r->supplier_count,
			 VV_SUPPLIERS_MAX - r->supplier_count, &added, &r->untold);
	r->supplier_count += added;
	r->unasked_count = added;
}

static vv_status add_suppliers(run *r, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < r->remote.peer_count; i++) {
		rc = add_supplier(r, r->remote.peers[i], VV_BY_SETTINGS, err);
	}
	for (size_t i = 0; rc == VV_OK && i < r->j->from.count; i++) {
		rc = add_supplier(r, r->j->from.items[i], VV_BY_USER, err);
	}
	return rc;
}

/* Is it the remote that the branch follows, or somebody else, who was named? */
static vv_status is_own_remote(run *r, vv_error *err)
{
	vv_auto(char) *usual = NULL;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	r->own = true;
	if (!r->j->remote) return VV_OK;
	if ((rc = vv_head_read(r->j->repo, &head, err)) < 0) return rc;
	rc = vv_remote_default(&usual, r->j->repo, head.branch, false, err);
	r->own = usual && strcmp(usual, r->j->remote) == 0;
	return vv_missing_ok(rc, err);
}

/* Where the owner said that copies are: in the newest head that is trusted, and where the remote's name leads today; and where
 * the user says so, who may have named gateways of IPFS. */
static vv_status add_mirrors(run *r, vv_error *err)
{
	vv_error why;
	vv_status rc;

	if ((!r->own && !r->found_by) || !r->remote.name) return VV_OK;
	rc = vv_named_mirrors(&r->mirrors, r->j->repo, r->found_by, &r->j->from, &why);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) {
		vv_notes_warn(r->t.notes, "%s", why.message);
	}
	for (size_t i = 0; i < r->remote.peer_count; i++) {
		vv_named_add(&r->mirrors, r->remote.peers[i]);
	}
	if ((r->found_by && (rc = vv_named_remotes(&r->mirrors, r->j->repo, err)) < 0) ||
	    (rc = vv_buf_ok(&r->mirrors.mirrors, err)) < 0) {
		return rc;
	}
	return add_found(r, &r->mirrors, VV_BY_SETTINGS, err);
}

/* Who answers on the local network in the time that is left. */
static vv_status add_nearby(run *r, vv_error *err)
{
	vv_error why;

	if (vv_nearby_take(&r->nearby, &why) < 0) {
		vv_notes_warn(r->t.notes, "%s", why.message);
	}
	return add_found(r, &r->nearby.found, VV_BY_STRANGER, err);
}

/* Who could not be reached when it was needed. */
static void tell_left_out(const run *r)
{
	for (size_t i = 0; i < r->supplier_count; i++) {
		const vv_supplier *s = &r->suppliers[i];
		if (s->left_out && !s->unasked) {
			vv_notes_warn(r->t.notes, "%s is left out: %s", vv_text_url(s->name),
				      s->why.message);
		}
	}
}

/* A Git host among the suppliers that answered becomes what the remote would be. */
static vv_status take_host(run *r, size_t place, vv_error *err)
{
	vv_supplier *s = r->suppliers + place;
	vv_status rc;

	vv_free(r->stand.kind); /* it is not asked again what it is */
	if (!(r->stand.kind = vv_strdup(vv_git_host_kind(vv_git_host_of(s))))) {
		return vv_fail_nomem(err);
	}
	vv_reach_supplier_clear(s);
	memmove(s, s + 1, (r->supplier_count - place - 1) * sizeof(*s));
	r->supplier_count--;
	if ((rc = vv_reach(&r->origin, &r->t, &r->stand, false, err)) < 0) return rc;
	if (r->origin.host) {
		vv_git_host_supplier(r->origin.host, &r->suppliers[0]);
	} else {
		r->suppliers[0].peer = r->origin.peer;
	}
	r->suppliers[0].name = r->stand.url;
	r->hello = r->origin.hello;
	return VV_OK;
}

/* The remote is where it was found, this time. */
static vv_status take_place(run *r, vv_error *err)
{
	vv_free(r->remote.url);
	vv_free(r->remote.kind);
	r->remote.kind = r->stand.kind ? vv_strdup(r->stand.kind) : NULL;
	r->remote.url = vv_strdup(r->stand.url);
	return r->remote.url && (r->remote.kind || !r->stand.kind) ? VV_OK : vv_fail_nomem(err);
}

static void tell_stand_in(const run *r, const char *why, size_t count)
{
	const char *name = vv_text_url(r->found_by ? r->stand.url : r->stand_name);

	if (r->found_by && !r->j->quiet) {
		vv_notes_put(r->t.notes,
			     count > 1 ? "the newest of %zu copies that answer is %s"
				       : "%zu copy answers: %s",
			     count, name);
	} else if (!r->found_by) {
		if (r->failed->mirrors.len == 0) {
			vv_notes_warn(r->t.notes, "%s", why);
		}
		vv_notes_warn(r->t.notes,
			      "the history comes from %s instead, as far as it is there", name);
	}
}

/* Of the further peers that answer, the one with the newest signed head, or a peer before a Git host, stands in for the remote, which
 * err says does not: it gives the history, too. All of them are asked at once. */
static vv_status take_stand_in(run *r, vv_error *err)
{
	vv_ask *asks[VV_SUPPLIERS_MAX];
	size_t count = 0, place = 0, places[VV_SUPPLIERS_MAX];
	vv_error why;

	for (size_t i = 1; i < r->supplier_count; i++) {
		if (r->suppliers[i].ask) {
			asks[count++] = r->suppliers[i].ask;
		}
	}
	if (vv_ask_all(asks, count, r->j->repo, &why) < 0) {
		*err = why;
		return why.code;
	}
	for (size_t i = 1; i < r->supplier_count; i++) {
		vv_supplier *s = &r->suppliers[i];
		if (s->ask && s->ask->status == VV_OK) {
			s->adopt(s);
			s->opened = true;
		} else if (s->ask) {
			s->dropped = s->left_out = s->noted = true;
			s->why = s->ask->why;
		}
	}
	count = 0;
	for (int host = false; host <= true; host++) {
		for (size_t i = 1; i < r->supplier_count; i++) {
			const vv_supplier *s = &r->suppliers[i];
			if (s->opened && (s->peer == NULL) == host &&
			    !vv_named_has(r->failed, s->name)) {
				places[count++] = i;
			}
		}
	}
	if (count == 0) {
		tell_left_out(r);
		return err->code;
	}
	if (vv_stand_in_choose(&place, &r->t, r->j->repo, r->suppliers, places, count, &why) < 0) {
		tell_left_out(r);
		*err = why;
		return why.code;
	}
	r->stand_name = r->suppliers[place].name;
	r->stand_in = !r->found_by;
	r->others = count > 1;
	r->signed_only = vv_named_has(&r->nearby.found, r->stand_name) ||
			 (r->found_by && r->suppliers[place].peer);
	if (vv_remote_find(&r->stand, r->j->repo, r->stand_name, &why) < 0 ||
	    (r->found_by && take_place(r, &why) < 0)) {
		*err = why;
		return why.code;
	}
	tell_stand_in(r, err->message, count);
	if (!r->suppliers[place].peer) return take_host(r, place, err);
	vv_supplier first = r->suppliers[place];
	memmove(r->suppliers + 1, r->suppliers, place * sizeof(first));
	r->suppliers[0] = first;
	memmove(r->suppliers + 1, r->suppliers + 2, (r->supplier_count - 2) * sizeof(first));
	r->supplier_count--;
	return vv_peer_hello(first.peer, &r->hello, err);
}

/* A name has no place of its own: it is where the newest copy is, and perhaps where it was the last time. */
static vv_status look_named(run *r, vv_error *err)
{
	const vv_remote *m = &r->remote;
	const bool bare = vv_named_is(m->url, strlen(m->url));

	r->found_by = m->found_by ? m->found_by : bare ? m->url : NULL;
	if (!r->found_by) return VV_OK;
	(void)vv_named_silent(r->found_by, &r->silent);
	return bare ? VV_OK : add_new(r, m->name, VV_BY_SETTINGS, err);
}

/* The remote, and beside it those that blocks are asked of when they are wanted. */
static vv_status connect_all(run *r, vv_error *err)
{
	vv_error why;

	r->suppliers = vv_calloc(VV_SUPPLIERS_MAX + 1, sizeof(*r->suppliers));
	if (!r->suppliers) return vv_fail_nomem(err);
	r->supplier_count = 1;
	if (is_own_remote(r, err) < 0 || look_named(r, err) < 0 ||
	    ((r->own || r->found_by) && vv_nearby_ask(&r->nearby, r->j->repo, err) < 0)) {
		return err->code;
	}
	vv_status rc = r->silent.code;
	if (rc == VV_OK && (rc = vv_reach(&r->origin, &r->t, &r->remote, false, &why)) < 0) {
		r->silent = why;
	}
	if (rc == VV_OK && r->origin.host) {
		vv_git_host_supplier(r->origin.host, &r->suppliers[0]);
	} else if (rc == VV_OK) {
		r->suppliers[0].name = r->remote.url;
		r->suppliers[0].peer = r->origin.peer;
	}
	r->hello = r->origin.hello;
	if (rc < 0 && rc != VV_EIO && rc != VV_ENOTFOUND && rc != VV_EPROGRAM) {
		*err = r->silent;
		return rc;
	}
	if (add_suppliers(r, err) < 0 || add_nearby(r, err) < 0) return err->code;
	if (rc < 0) {
		if (add_mirrors(r, err) < 0) return err->code;
		*err = r->silent;
		rc = take_stand_in(r, err);
	}
	if (rc == VV_OK) {
		add_unasked(r);
	}
	return rc;
}

/* --- what to fetch ------------------------------------------------------------------------ */

static vv_status read_specs(run *r, vv_error *err)
{
	vv_status rc = VV_OK;

	r->specs = vv_calloc((size_t)r->j->spec_count + 1, sizeof(*r->specs));
	if (!r->specs) return vv_fail_nomem(err);
	for (int i = 0; rc == VV_OK && i < r->j->spec_count; i++) {
		rc = vv_refspec_read(&r->specs[r->spec_count], r->j->specs[i], err);
		r->spec_count += rc == VV_OK;
	}
	if (rc == VV_OK && r->spec_count == 0 && r->remote.fetch_count == 0) {
		rc = vv_refspec_read(&r->specs[r->spec_count], "HEAD", err); /* of a bare URL */
		r->spec_count += rc == VV_OK;
	}
	return rc;
}

/* Another peer may be behind the remote, and have branches of its own, so it moves nothing of the remote's. */
static vv_status limit_plan(run *r, vv_error *err)
{
	vv_auto(vv_buf) folder = VV_BUF_INIT;
	vv_status rc;

	for (size_t i = 0; i < r->j->plan.count; i++) {
		vv_ref_move *m = &r->j->plan.moves[i];
		m->force = m->force && r->j->force;
	}
	if ((rc = vv_remote_peer_folder(&folder, r->j->repo, &r->stand, err)) < 0) return rc;
	return vv_ref_plan_stand_in(&r->j->plan, r->j->repo, &r->remote, folder.data,
				    r->spec_count > 0 || r->j->hide_refs, err);
}

static vv_status make_plan(run *r, vv_error *err)
{
	const vv_fetch_job *j = r->j;
	const bool own = r->spec_count > 0;
	const vv_ref_plan_options o = {.specs = own ? r->specs : r->remote.fetch,
				       .spec_count = own ? r->spec_count : r->remote.fetch_count,
				       .tracking = r->remote.fetch,
				       .tracking_count = r->remote.fetch_count,
				       .tags = j->tags,
				       .no_tags = j->no_tags,
				       .prune = j->prune && !r->stand_in,
				       .force = j->force,
				       .detached = j->detached && !r->stand_in,
				       .merge = j->merge};
	vv_status rc = vv_ref_plan_make(&r->j->plan, j->repo, r->hello, &o, err);

	/* A bare clone has no tracking branches. */
	if (rc == VV_OK && r->stand_in && !(j->hide_refs && vv_repository_is_bare(j->repo))) {
		rc = limit_plan(r, err);
	}
	return rc < 0 ? rc : vv_ref_plan_check_current(&r->j->plan, j->repo, err);
}

/* --- moving refs --------------------------------------------------------------------------- */

static vv_status list_wants(const run *r, vv_oids *out, vv_error *err)
{
	const vv_ref_plan *p = &r->j->plan;

	out->count = 0;
	out->items = vv_calloc(p->count + 1, sizeof(vv_oid));
	if (!out->items) return vv_fail_nomem(err);
	for (size_t i = 0; i < p->count; i++) {
		if (!vv_oid_is_null(&p->moves[i].id) && !p->moves[i].behind) {
			out->items[out->count++] = p->moves[i].id;
		}
	}
	return VV_OK;
}

/* The history is there, and what keeps the blocks cannot be asked: that is no reason to have neither. */
static vv_status say_unkept(const run *r, vv_error *why, vv_error *err)
{
	if (why->code == VV_ENOMEM || why->code == VV_ECANCELLED) {
		*err = *why;
		return why->code;
	}
	vv_notes_word(r->t.notes, why);
	vv_notes_warn(r->t.notes, "%s", why->message);
	if (why->hint[0]) {
		vv_notes_put(r->t.notes, "hint: %s", why->hint);
	}
	return VV_OK;
}

/* The packs of what is not whole here come before single blocks are asked for. */
static vv_status expect_blocks(run *r, vv_error *err)
{
	vv_auto(vv_whole) whole = {0};
	vv_oids wants = {0};
	size_t peers = 0;
	vv_error why;
	vv_status rc;

	if ((rc = list_wants(r, &wants, err)) < 0 ||
	    (rc = vv_whole_look(&whole, r->j->repo, wants.items, wants.count, err)) < 0) {
		goto done;
	}
	if (!whole.all && !r->peers_asked) {
		r->peers_asked = true;
		rc = vv_reach_block_peers(&r->t, r->origin.host, r->suppliers + r->supplier_count,
					  VV_SUPPLIERS_MAX - r->supplier_count, &peers, err);
		r->supplier_count += peers;
	}
	/* where peers keep them, the host is asked for single blocks that no peer has */
	if (rc == VV_OK && !whole.all && r->supplier_count - r->unasked_count == 1) {
		const vv_oids haves = {whole.tips, whole.tip_count};
		rc = vv_git_host_expect(r->origin.host, &wants, &haves, &why);
		rc = rc < 0 ? say_unkept(r, &why, err) : rc;
	}
done:
	vv_free(wants.items);
	return rc;
}

/* From a Git host history comes first, by git: refs of ours name it until the real ones do. */
static vv_status bring_history(run *r, vv_error *err)
{
	vv_ref_plan *p = &r->j->plan;
	vv_auto_free const char **names = vv_calloc(p->count + 1, sizeof(*names));
	vv_auto_free vv_oid *ids = vv_calloc(p->count + 1, sizeof(*ids));
	vv_auto_free size_t *places = vv_calloc(p->count + 1, sizeof(*places));
	size_t count = 0;
	uint64_t commits = 0;
	bool known;
	vv_status rc = names && ids && places ? vv_git_host_tidy(r->origin.host, err)
					      : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < p->count; i++) {
		if (vv_oid_is_null(&p->moves[i].id)) {
			continue;
		}
		rc = vv_commits_known(r->j->repo, &p->moves[i].id, 1, &known, err);
		if (rc == VV_OK && !known) {
			names[count] = p->moves[i].from;
			places[count++] = i;
		}
	}
	if (rc == VV_OK && count > 0 &&
	    (rc = vv_git_host_history(r->origin.host, names, count, ids, err)) == VV_OK &&
	    (!r->j->hide_refs ||
	     (rc = vv_plain_came(r->j->repo, ids, count, &commits, err)) == VV_OK)) {
		rc = commits > 0 ? VV_OK : vv_commits_new(r->j->repo, ids, count, &commits, err);
		r->commits += commits;
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		p->moves[places[i]].id = ids[i]; /* it may have moved on since it was asked for */
	}
	if (rc == VV_OK && !r->lazy) {
		vv_git_host_reading(r->origin.host);
		rc = expect_blocks(r, err);
	}
	return rc == VV_OK && !r->lazy ? vv_git_host_watch(r->origin.host, err) : rc;
}

/* What the origin lacks may lie in its ref of blocks: somebody reached it by a plain URL. True: it is one more
 * supplier now, and not all is here. */
static bool add_blocks_ref(run *r, vv_status rc)
{
	vv_git_host *host;

	if (rc != VV_EMISSING &&
	    (rc < 0 || (r->result.missing_count == 0 && r->result.behind_count == 0))) {
		return false;
	}
	if (r->origin.host || r->ref_asked || r->supplier_count == VV_SUPPLIERS_MAX) return false;
	r->ref_asked = true;
	if (vv_reach_blocks_ref(&host, &r->t, r->stand_in ? &r->stand : &r->remote, false, true,
				VV_IGNORED) < 0 ||
	    !host) {
		return false;
	}
	vv_git_host_supplier(host, &r->suppliers[r->supplier_count++]);
	return true;
}

/* What another run before this one brought. */
static void add_before(run *r, const vv_fetch_result *before)
{
	vv_fetch_result *now = &r->result;

	now->sum = before->sum;
	now->versions += before->versions - before->incomplete;
	now->mended |= before->mended;
	now->received.blocks += before->received.blocks;
	now->received.bytes += before->received.bytes;
}

static void mark_behind(run *r)
{
	for (size_t i = 0; i < r->j->plan.count; i++) {
		vv_ref_move *m = &r->j->plan.moves[i];
		m->behind = false;
		for (size_t k = 0; k < r->result.behind_count; k++) {
			m->behind |= vv_oid_equal(&r->result.behind[k].id, &m->id);
		}
	}
}

/* Once, with those suppliers that there are. */
static vv_status fetch_once(run *r, vv_error *err)
{
	const bool incomplete = r->j->allow_missing || r->j->keep_missing;
	vv_auto_free vv_ref_change *changes = NULL;
	vv_oids wants = {0};
	size_t count = 0;
	vv_status rc = vv_ref_plan_changes(&r->j->plan, r->j->repo, false, r->stand_in, &changes,
					   &count, err);

	rc = rc < 0 ? rc : list_wants(r, &wants, err);
	if (rc == VV_OK) {
		const vv_fetch f = {.repo = r->j->repo,
				    .suppliers = r->suppliers,
				    .supplier_count = r->supplier_count,
				    .wants = wants,
				    .refs = changes,
				    .ref_count = count,
				    .message = "fetch",
				    .check = vv_transfer_check,
				    .payload = &r->t,
				    .allow_missing = incomplete,
				    .each = !incomplete,
				    .lazy = r->lazy ? r->remote.name : NULL,
				    .full = r->j->full,
				    .progress = r->t.progress};
		rc = vv_fetch_run(&f, &r->result, err);
		r->j->elsewhere += r->result.elsewhere;
	}
	if (rc == VV_OK) {
		mark_behind(r);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_ref_plan_done(&r->j->plan, changes[i].name);
	}
	vv_free(wants.items);
	return rc;
}

static vv_status fetch(run *r, vv_error *err)
{
	vv_status rc = r->origin.host ? bring_history(r, err) : VV_OK;

	if (rc < 0) return rc;
	rc = fetch_once(r, err);
	if (add_blocks_ref(r, rc)) {
		vv_supplier *s = &r->suppliers[r->supplier_count - 1];
		vv_auto(vv_fetch_result) before = r->result;
		for (size_t i = 0; i < r->j->plan.count; i++) {
			r->j->plan.moves[i].behind = false;
		}
		const vv_status first = rc;
		rc = fetch_once(r, err);
		vv_git_host_tell_damage(vv_git_host_of(s));
		if (first == VV_OK) {
			add_before(r, &before);
		}
	}
	if (rc == VV_EMISSING || r->result.missing_count > 0 || r->result.behind_count > 0) {
		vv_reach_tell(&r->t, &r->untold);
	}
	if (r->origin.host) {
		r->result.sum.commits = r->commits;
		vv_git_host_tell_damage(r->origin.host);
	}
	/* of hosts packs came, which are smaller than the blocks in them */
	for (size_t i = 0; i < r->supplier_count; i++) {
		const vv_git_host *host = vv_git_host_of(&r->suppliers[i]);
		if (host) {
			r->suppliers[i].name = vv_git_host_blocks_url(host);
			r->suppliers[i].line = vv_git_host_bytes(host);
		}
	}
	return rc;
}

static vv_status move_forward(run *r, vv_error *err)
{
	vv_auto_free vv_ref_change *changes = NULL;
	size_t count = 0;
	vv_status rc = vv_ref_plan_changes(&r->j->plan, r->j->repo, true, r->stand_in, &changes,
					   &count, err);

	if (rc == VV_OK && count > 0) {
		rc = vv_refs_update(r->j->repo, changes, count, "fetch", err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_ref_plan_done(&r->j->plan, changes[i].name);
	}
	return rc;
}

/* Where the history came from. */
static const char *source_url(const run *r)
{
	return r->stand_in ? r->suppliers[0].name : r->remote.url;
}

static vv_signed_plan signed_plan(run *r)
{
	return (vv_signed_plan){.plan = &r->j->plan,
				.repo = r->j->repo,
				.judged = &r->seen.judged,
				.remote = &r->remote,
				.url = source_url(r),
				.notes = r->j->quiet ? NULL : r->t.notes};
}

/* The signed heads of whoever gives the history, before anything moves. A host in the place of the remote gives at most
 * what they name, and so does a remote that was found by a name; of a stranger on the local network nothing else is taken. */
static vv_status see_heads(run *r, vv_error *err)
{
	vv_fetch_job *j = r->j;
	const vv_signed_plan s = signed_plan(r);
	const vv_reached from = {.host = r->origin.host,
				 .peer = r->origin.host ? NULL : r->suppliers[0].peer,
				 .hello = r->hello};
	vv_status rc = vv_heads_see(&r->seen, j->repo, &from, s.url,
				    r->stand_in || r->found_by ? VV_HEADS_COPY
				    : r->own                   ? VV_HEADS_REMOTE
							       : VV_HEADS_PEER,
				    r->t.notes, err);

	if (rc == VV_OK && (r->found_by || r->signed_only) && !r->seen.judged.has_newest) {
		return vv_fail(err, VV_EREFUSED, "'%s' shows no signed head; nothing is moved",
			       vv_text_url(s.url));
	}
	if (rc < 0 || !r->seen.any) return rc;
	if (r->signed_only) {
		vv_signed_only(&s, 0);
	} else if (from.host && (r->stand_in || r->found_by)) {
		rc = vv_signed_check(&s, err);
	}
	return rc;
}

static vv_status fetch_tags(run *r, vv_error *err)
{
	size_t before = r->j->plan.count;
	vv_fetch_result first = r->result;

	if (r->j->no_tags || r->j->tags || r->remote.fetch_count == 0) return VV_OK;
	vv_status rc = vv_ref_plan_follow_tags(&r->j->plan, r->j->repo, r->hello, err);
	if (rc < 0 || r->j->plan.count == before) return rc;
	if (r->signed_only) {
		const vv_signed_plan s = signed_plan(r);
		vv_signed_only(&s, before);
	}
	rc = fetch(r, err);
	vv_fetch_result_clear(&r->result);
	r->result = first;
	mark_behind(r);
	return rc;
}

static vv_status finish(run *r, vv_error *err)
{
	vv_fetch_job *j = r->j;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < j->plan.count; i++) {
		const vv_ref_move *m = &j->plan.moves[i];
		j->moved += vv_ref_moves(m);
		j->refused |= m->refused;
		j->behind |= m->behind;
		if (m->for_merge && !j->merge_name && !m->behind) {
			j->merge_id = m->is_signed ? m->signed_id : m->id;
			j->merge_name = vv_strdup(m->from);
			rc = j->merge_name ? rc : vv_fail_nomem(err);
		}
	}
	j->missing = r->result.missing_count;
	j->versions = r->result.versions;
	j->mended = r->result.mended;
	j->blocks_head = r->origin.host && vv_git_host_has_blocks_head(r->origin.host);
	if (r->hello->head) {
		j->remote_head = vv_strdup(r->hello->head);
		rc = j->remote_head ? rc : vv_fail_nomem(err);
	}
	return rc;
}

/* What the peers delivered is noted, also of a fetch that failed later. */
static void note_receipts(run *r)
{
	vv_error err;

	/* The origin's blocks that came unasked were not counted by its batches. */
	uint64_t blocks = 0, bytes = 0;
	for (size_t i = 0; i < r->supplier_count; i++) {
		blocks += r->suppliers[i].blocks;
		bytes += r->suppliers[i].bytes;
	}
	vv_supplier *origin = &r->suppliers[0];
	if (r->result.received.blocks > blocks) {
		origin->blocks += r->result.received.blocks - blocks;
		origin->bytes += r->result.received.bytes - bytes;
	}
	if (vv_receipts_add(r->j->repo, r->suppliers, r->supplier_count, r->result.roots,
			    r->result.root_count, &err) < 0) {
		vv_notes_warn(r->t.notes, "the receipts could not be noted: %s", err.message);
	}
}

static const vv_fetch_behind *find_behind(const run *r, const vv_oid *id)
{
	const vv_fetch_behind *b = r->result.behind;

	while (!vv_oid_equal(&b->id, id)) {
		b++;
	}
	return b;
}

/* Which refs did not move for want of blocks, and what helps. VV_EMISSING: it is the one that pull merges. */
static vv_status tell_behind(const run *r, vv_error *err)
{
	const char *remote = vv_text_url(r->remote.name ? r->remote.name : r->remote.url);
	const char *option = r->origin.host ? "--blocks" : "--all";
	const vv_ref_plan *p = &r->j->plan;
	const vv_ref_move *merge = NULL;
	bool any = false;

	for (size_t i = 0; i < p->count; i++) {
		const vv_ref_move *m = &p->moves[i];
		if (!m->behind) {
			continue;
		}
		any = true;
		merge = m->for_merge && r->j->merge ? m : merge;
		vv_notes_warn(r->t.notes, "%s stays behind: %s", vv_text_shows(m->from),
			      find_behind(r, &m->id)->why.message);
	}
	if (any && !merge) {
		vv_notes_hint(r->t.notes, VV_HINT_BEHIND, option, remote);
	}
	if (!merge) return VV_OK;
	*err = find_behind(r, &merge->id)->why;
	return vv_hint_code(err, VV_HINT_BEHIND, option, remote);
}

/* A failure after refs that moved says so. */
static vv_status behind(const run *r, vv_error *err)
{
	const size_t done = vv_ref_plan_count_done(&r->j->plan);
	return done > 0 ? vv_prefix(err, "%zu ref%s fetched now, but then", done,
				    done == 1 ? " is" : "s are")
			: err->code;
}

static vv_status run_all(run *r, vv_error *err)
{
	vv_status rc;

	if ((rc = find_remote(r, err)) < 0 ||
	    (rc = vv_transfer_open(&r->t, r->j->repo, vv_repository_notes(r->j->repo), r->j->quiet,
				   r->j->idle_sec, err)) < 0 ||
	    (rc = look_lazy(r, err)) < 0 || (rc = connect_all(r, err)) < 0 ||
	    (rc = read_specs(r, err)) < 0 || (rc = make_plan(r, err)) < 0 ||
	    (rc = see_heads(r, err)) < 0) {
		return rc;
	}
	rc = fetch(r, err);
	tell_left_out(r);
	if (r->result.received.blocks > 0) {
		note_receipts(r);
	}
	/* the commits of refs that stay behind come each time */
	if (rc == VV_OK && ((r->result.sum.commits > 0 && r->result.behind_count == 0) ||
			    r->result.received.blocks > 0)) {
		r->t.verbose = r->j->verbose;
		vv_transfer_tell_fetch(&r->t, &r->result, r->suppliers, r->supplier_count);
	}
	if (rc < 0) return rc;
	vv_transfer_sum_fetch(&r->j->sum, &r->t, &r->result, r->suppliers, r->supplier_count);
	/* The plan is printed before tags are added to it as moved. */
	if ((rc = move_forward(r, err)) < 0 || (rc = fetch_tags(r, err)) < 0) return behind(r, err);
	vv_notes_end(r->t.notes);
	vv_ref_plan_print(&r->j->plan, r->j->repo, source_url(r), r->j->quiet || r->j->hide_refs);
	const vv_signed_plan s = signed_plan(r);
	if ((rc = vv_heads_seen_keep(&r->seen, r->j->repo, r->t.notes, r->j->quiet, err)) < 0 ||
	    ((r->stand_in || r->signed_only) &&
	     (rc = vv_signed_follow(&s, r->j->merge != NULL, err)) < 0) ||
	    (rc = vv_signed_tell_ahead(&s, err)) < 0) {
		return behind(r, err);
	}
	if ((rc = vv_ref_plan_write(&r->j->plan, r->j->repo, source_url(r), err)) < 0 ||
	    (rc = finish(r, err)) < 0) {
		return behind(r, err);
	}
	return tell_behind(r, err);
}

static void close_run(run *r)
{
	for (size_t i = r->origin.host != NULL; i < r->supplier_count; i++) {
		vv_reach_supplier_clear(&r->suppliers[i]);
	}
	r->origin.peer = NULL; /* was closed as the first of them */
	vv_reached_close(&r->origin);
	vv_free(r->suppliers);
	for (size_t i = 0; i < r->spec_count; i++) {
		vv_refspec_clear(&r->specs[i]);
	}
	vv_free(r->specs);
	vv_fetch_result_clear(&r->result);
	vv_heads_seen_clear(&r->seen);
	vv_named_clear(&r->mirrors);
	vv_nearby_clear(&r->nearby);
	vv_transfer_close(&r->t);
	vv_remote_clear(&r->remote);
	vv_remote_clear(&r->stand);
}

/* One that stands in may show what it does not give: then the next one is asked. */
static vv_status run_with_next(run *r, vv_named *failed, vv_error *err)
{
	vv_fetch_job *j = r->j;
	vv_status rc;

	while ((rc = run_all(r, err)) < 0 && r->others && rc != VV_ENOMEM && rc != VV_ECANCELLED &&
	       vv_ref_plan_count_done(&j->plan) == 0) {
		vv_notes_warn(r->t.notes, "%s is left out: %s", vv_text_url(r->stand_name),
			      err->message);
		vv_buf_put(&failed->mirrors, r->stand_name, strlen(r->stand_name) + 1);
		if (failed->mirrors.failed) return vv_fail_nomem(err);
		vv_error_clear(err);
		close_run(r);
		*r = (run){.j = j, .failed = failed, .silent = r->silent};
		vv_ref_plan_clear(&j->plan);
		vv_ref_plan_init(&j->plan);
	}
	return rc;
}

vv_status vv_fetch_job_run(vv_fetch_job *j, vv_error *err)
{
	vv_auto(vv_named) failed = {.mirrors = VV_BUF_INIT};
	run r = {.j = j, .failed = &failed};
	vv_status rc = run_with_next(&r, &failed, err);

	if (rc == VV_OK && !(j->url = vv_strdup(r.remote.url))) {
		rc = vv_fail_nomem(err);
	}
	close_run(&r);
	return rc;
}

vv_status vv_fetch_one_cid(vv_repository *repo, const char *cid, const char *remote,
			   const vv_strings *from, bool quiet, uint64_t idle_sec, vv_error *err)
{
	vv_auto(vv_fetch_job) j = {0};
	vv_named failed = {.mirrors = VV_BUF_INIT};
	run r = {.j = &j, .failed = &failed};
	vv_cid root;
	vv_status rc = vv_cid_parse(&root, cid, strlen(cid), err);

	if (rc < 0) return rc;
	vv_fetch_job_init(&j, repo);
	j.remote = remote;
	j.from = *from;
	if ((rc = find_remote(&r, err)) == VV_OK &&
	    (rc = vv_transfer_open(&r.t, repo, vv_repository_notes(repo), quiet, idle_sec, err)) ==
		    VV_OK &&
	    (rc = connect_all(&r, err)) == VV_OK) {
		const vv_fetch f = {.repo = repo,
				    .suppliers = r.suppliers,
				    .supplier_count = r.supplier_count,
				    .progress = r.t.progress};
		rc = vv_fetch_cid(&f, &root, &r.result, err);
		tell_left_out(&r);
	}
	if (rc == VV_OK) {
		note_receipts(&r);
		vv_transfer_tell_fetch(&r.t, &r.result, r.suppliers, r.supplier_count);
	}
	close_run(&r);
	return rc;
}
