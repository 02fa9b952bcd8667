/*
 * fetch_from: connects the remote, and other suppliers of blocks; and chooses one of them to replace a remote that does not
 * answer, or has only a name: the heads of each are fetched and judged before.
 */
#include "lib/sync/fetch_from.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/seen.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/vault_config.h"
#include "repo/git/history/head_record.h"
#include "repo/git/history/revision.h"
#include "transport/line/deadline.h"
#include "transport/line/network.h"
#include "transport/line/url.h"
#include "transport/protocol/speeds.h"

static vv_status find_remote(vv_fetch_from *r, vv_error *err)
{
	vv_auto(char) *name = NULL;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (r->word) return vv_remote_find(&r->remote, r->repo, r->word, err);
	if ((rc = vv_head_read(r->repo, &head, err)) < 0) return rc;
	rc = vv_remote_default(&name, r->repo, head.branch, false, err);
	if (rc == VV_ENOTFOUND && r->named.count > 0) {
		rc = vv_remote_find(&r->remote, r->repo, r->named.items[0], err);
	} else if (rc == VV_OK) {
		rc = vv_remote_find(&r->remote, r->repo, name, err);
	}
	return rc;
}

static bool is_supplier(const vv_fetch_from *r, const char *url)
{
	return vv_array_find(r->suppliers + 1, r->supplier_count - 1, it,
			     strcmp(it->name, url) == 0) != NULL;
}

static vv_status add_new(vv_fetch_from *r, const char *url, vv_named_by by, vv_error *err)
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

/* Adds a further peer, which is connected on demand, unless it is in the list. With a name a gateway is used for the folder at
 * IPNS, which has all blocks: for others it would search elsewhere, for long; and a relay for the owner's machine. */
static vv_status add_supplier(vv_fetch_from *r, const char *url, vv_named_by by, vv_error *err)
{
	return (r->found_by && vv_named_needs_key(url)) || strcmp(url, r->remote.url) == 0 ||
			       is_supplier(r, url) ||
			       (r->remote.name && strcmp(url, r->remote.name) == 0)
		       ? VV_OK
		       : add_new(r, url, by, err);
}

/* As many as there is room for. */
static vv_status add_found(vv_fetch_from *r, const vv_named *found, vv_named_by by, vv_error *err)
{
	const char *url = NULL;
	vv_status rc = VV_OK;

	while (rc == VV_OK && r->supplier_count < VV_SUPPLIERS_MAX &&
	       (url = vv_named_mirror(found, url))) {
		rc = add_supplier(r, url, by, err);
	}
	return rc;
}

/* Unless they were named, as one of the peers. */
static void add_unasked(vv_fetch_from *r)
{
	size_t added;

	vv_array_each(r->suppliers, r->supplier_count, supplier) {
		if (supplier->id == vv_speed_source(VV_VAULT_SOURCE)) return;
	}
	vv_reach_unasked(&r->t, r->suppliers + r->supplier_count,
			 VV_SUPPLIERS_MAX - r->supplier_count, &added, &r->untold);
	r->supplier_count += added;
	r->unasked_count = added;
}

static vv_status add_suppliers(vv_fetch_from *r, vv_error *err)
{
	vv_status rc;

	vv_array_each(r->remote.peers.items, r->remote.peers.count, it) {
		if ((rc = add_supplier(r, *it, VV_BY_SETTINGS, err)) < 0) return rc;
	}
	vv_array_each(r->named.items, r->named.count, it) {
		if ((rc = add_supplier(r, *it, VV_BY_USER, err)) < 0) return rc;
	}
	return VV_OK;
}

static bool is_one_place(const char *url, const char *other)
{
	char a[PATH_MAX], b[PATH_MAX];

	return strcmp(url, other) == 0 ||
	       (realpath(url, a) && realpath(other, b) && strcmp(a, b) == 0);
}

/* Is it the remote that the branch follows, or another one, which the user named? */
static vv_status is_own_remote(vv_fetch_from *r, vv_error *err)
{
	vv_auto(char) *usual = NULL;
	vv_auto(vv_remote) remote = {0};
	vv_auto(vv_head) head = {0};
	vv_status rc;

	r->own = r->same = true;
	if (!r->word) return VV_OK;
	if ((rc = vv_head_read(r->repo, &head, err)) < 0) return rc;
	rc = vv_remote_default(&usual, r->repo, head.branch, false, err);
	r->own = r->same = usual && strcmp(usual, r->word) == 0;
	if (usual && !r->own && vv_remote_find(&remote, r->repo, usual, VV_IGNORED) == VV_OK) {
		r->same = is_one_place(r->remote.url, remote.url);
	}
	return vv_missing_ok(rc, err);
}

/* Lists the owner's mirrors, from the newest trusted head and from the remote's name; and the user's, which may be gateways of
 * IPFS. */
static vv_status list_mirrors(vv_fetch_from *r, vv_error *err)
{
	vv_error why;

	if ((!r->own && !r->found_by) || !r->remote.name) return VV_OK;
	vv_status rc = vv_named_mirrors(&r->mirrors, r->repo, r->found_by, &r->named, &why);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) {
		vv_notes_warn(r->t.notes, "%s", why.message);
	}
	vv_array_each(r->remote.peers.items, r->remote.peers.count, it) {
		vv_named_add(&r->mirrors, *it);
	}
	rc = r->found_by ? vv_named_remotes(&r->mirrors, r->repo, err) : VV_OK;
	return rc < 0 ? rc : vv_buf_ok(&r->mirrors.mirrors, err);
}

/* A copy that is not behind a relay, apart from the remote, among suppliers and mirrors. */
static bool has_direct_copy(const vv_fetch_from *r)
{
	const char *url = NULL;

	for (size_t i = 1; i < r->supplier_count; i++) {
		if (!r->suppliers[i].relayed) return true;
	}
	while ((url = vv_named_mirror(&r->mirrors, url))) {
		if (!vv_url_is_behind_relay(url) && strcmp(url, r->remote.url) != 0) return true;
	}
	return false;
}

/* Who answers on the local network in the time that is left. */
static vv_status add_nearby(vv_fetch_from *r, bool patient, vv_error *err)
{
	vv_error why;

	if (vv_nearby_take(&r->nearby, patient, &why) < 0) {
		vv_notes_warn(r->t.notes, "%s", why.message);
	}
	return add_found(r, &r->nearby.found, VV_BY_STRANGER, err);
}

/* Who could not be reached when it was needed. */
void vv_fetch_from_tell(const vv_fetch_from *r)
{
	vv_array_each(r->suppliers, r->supplier_count, s) {
		if (s->left_out && !s->unasked) {
			vv_notes_warn(r->t.notes, "%s is left out: %s", vv_text_url(s->name),
				      s->why.message);
		}
	}
}

/* Time and number of a copy's newest valid head. */
static vv_status read_newest_head(vv_trusted_head *out, vv_transfer *t, vv_repository *r,
				  const vv_supplier *s, vv_error *err)
{
	vv_auto(vv_heads_seen) seen = {.any = false};
	vv_auto(vv_remote) remote = {0};
	vv_auto(vv_reached) host = {0};
	vv_reached from = {.peer = s->peer};
	vv_status rc;

	if (s->peer) {
		rc = vv_peer_hello(s->peer, &from.hello, err);
	} else if ((rc = vv_remote_find(&remote, r, s->name, err)) == VV_OK) {
		rc = vv_text_set(&remote.kind, vv_git_host_kind(vv_git_host_of(s)), err);
		rc = rc < 0 ? rc : vv_reach(&host, t, &remote, false, err);
		from = host;
	}
	if (rc < 0 || (rc = vv_heads_see(&seen, r, &from, s->name, VV_HEADS_COPY, NULL, err)) < 0) {
		return rc;
	}
	*out = (vv_trusted_head){.time = INT64_MIN};
	if (seen.judged.has_newest) {
		out->time = seen.judged.newest.record.time;
		out->number = seen.judged.newest.record.number;
	}
	return VV_OK;
}

static bool is_newer(const vv_trusted_head *a, const vv_trusted_head *b)
{
	return a->time != b->time ? a->time > b->time : a->number > b->number;
}

/* The suppliers that answered, and may replace the remote. */
typedef struct answering {
	size_t places[VV_SUPPLIERS_MAX]; /* the best ways first */
	size_t count;
	size_t best; /* place of the one with the newest head; among equals the first */
	/* by place: the newest head of each, if it was read */
	vv_trusted_head heads[VV_SUPPLIERS_MAX];
	bool read[VV_SUPPLIERS_MAX];
	bool relays;          /* those behind a relay were not asked yet */
	bool has_news;        /* that head is newer than all that are trusted here */
	vv_supplier *invalid; /* the first one with invalid heads, which is left out */
} answering;

/* Reads the heads that were not read yet. Without a trusted owner none is read, nor of a single copy. */
static bool choose_place(answering *a, vv_fetch_from *r, const vv_trust *trust)
{
	const vv_trusted_head *known = vv_trust_newest(trust);
	bool found = false;

	a->best = a->places[0];
	if (a->count == 0 || !trust->known || (a->count == 1 && !a->relays && !a->read[a->best])) {
		return a->count > 0;
	}
	for (size_t i = 0; i < a->count; i++) {
		const size_t place = a->places[i];
		vv_supplier *s = &r->suppliers[place];

		if (!a->read[place] &&
		    read_newest_head(&a->heads[place], &r->t, r->repo, s, &s->why) < 0) {
			s->dropped = s->left_out = s->noted = true;
			a->invalid = a->invalid ? a->invalid : s;
			continue;
		}
		a->read[place] = true;
		if (!found || is_newer(&a->heads[place], &a->heads[a->best])) {
			found = true;
			a->best = place;
		}
	}
	a->has_news = found && known && is_newer(&a->heads[a->best], known);
	return found;
}

/* Makes a Git host among the answering suppliers the origin. */
static vv_status take_host(vv_fetch_from *r, size_t place, vv_error *err)
{
	vv_supplier *s = r->suppliers + place;
	/* its kind is known */
	vv_status rc = vv_text_set(&r->stand.kind, vv_git_host_kind(vv_git_host_of(s)), err);

	if (rc < 0) return rc;
	vv_reach_supplier_clear(s);
	memmove(s, s + 1, (r->supplier_count - place - 1) * sizeof(*s));
	r->supplier_count--;
	if ((rc = vv_reach(&r->origin, &r->t, &r->stand, false, err)) < 0) return rc;
	if (r->origin.host) {
		vv_git_host_supplier(r->origin.host, NULL, &r->suppliers[0]);
	} else {
		r->suppliers[0].peer = r->origin.peer;
	}
	r->suppliers[0].name = r->stand.url;
	r->hello = r->origin.hello;
	return VV_OK;
}

/* The remote is where it was found, this time. */
static vv_status take_place(vv_fetch_from *r, vv_error *err)
{
	if (r->found_by == r->remote.url) { /* which stays */
		r->remote.found_by = vv_take(&r->remote.url);
	}
	const vv_status rc = vv_text_set(&r->remote.kind, r->stand.kind, err);

	return rc < 0 ? rc : vv_text_set(&r->remote.url, r->stand.url, err);
}

static void tell_stand_in(const vv_fetch_from *r, const char *why, size_t count)
{
	const char *name = vv_text_url(r->found_by ? r->stand.url : r->stand_name);

	if (r->found_by && !r->quiet) {
		vv_notes_put(r->t.notes,
			     count > 1 ? "the newest of %zu copies that answered is %s"
				       : "%zu copy answered: %s",
			     count, name);
	} else if (!r->found_by) {
		if (r->failed->mirrors.len == 0) {
			vv_notes_warn(r->t.notes, "%s", why);
		}
		vv_notes_warn(r->t.notes,
			      "fetching the history from %s instead, as far as that peer has it",
			      name);
	}
}

enum { WAY_DIRECT, WAY_HOST, WAY_RELAY, WAYS };

/* A direct peer before a Git host, and both before a machine behind a relay. */
static int way_of(const vv_supplier *s)
{
	if (!s->peer) return WAY_HOST;
	return s->relayed ? WAY_RELAY : WAY_DIRECT;
}

static void list_answering(answering *a, const vv_fetch_from *r)
{
	a->count = 0;
	for (int way = 0; way < WAYS; way++) {
		for (size_t i = 1; i < r->supplier_count; i++) {
			const vv_supplier *s = &r->suppliers[i];
			if (s->opened && !s->dropped && !vv_named_has(r->failed, s->name) &&
			    way_of(s) == way) {
				a->places[a->count++] = i;
			}
		}
	}
}

/* Asks the suppliers behind a relay, or all others, in parallel. */
static vv_status ask_suppliers(vv_fetch_from *r, bool relayed, vv_error *err)
{
	vv_ask *asks[VV_SUPPLIERS_MAX];
	size_t count = 0;
	vv_status rc;

	for (size_t i = 1; i < r->supplier_count; i++) {
		if (r->suppliers[i].ask && r->suppliers[i].relayed == relayed) {
			asks[count++] = r->suppliers[i].ask;
		}
	}
	if ((rc = vv_ask_all(asks, count, r->repo, err)) < 0) return rc;
	for (size_t i = 1; i < r->supplier_count; i++) {
		vv_supplier *s = &r->suppliers[i];
		if (!s->ask || s->relayed != relayed) {
			continue;
		}
		if (s->ask->status == VV_OK) {
			s->adopt(s);
			s->opened = true;
		} else {
			s->dropped = s->left_out = s->noted = true;
			s->why = s->ask->why;
		}
	}
	return VV_OK;
}

/* Direct copies come first: if one of them has a newer head, no relay is contacted, which costs its owner traffic. If none
 * has, there may be a newer head behind a relay. A first clone contacts all, since it cannot recognize an old head. */
static vv_status ask_for_copies(answering *a, vv_fetch_from *r, bool *found, vv_error *err)
{
	vv_trust trust;
	vv_status rc = vv_trust_read(&trust, r->repo, err);

	a->relays = vv_array_find(r->suppliers + 1, r->supplier_count - 1, it,
				  it->ask && it->relayed) != NULL;
	if (rc < 0 || (rc = ask_suppliers(r, false, err)) < 0) return rc;
	list_answering(a, r);
	*found = choose_place(a, r, &trust);
	if (!a->relays || a->has_news) return VV_OK;
	if ((rc = ask_suppliers(r, true, err)) < 0) return rc;
	a->relays = false;
	list_answering(a, r);
	*found = choose_place(a, r, &trust);
	return VV_OK;
}

/* Among the further peers that answer, the one with the newest signed head, or a peer before a Git host, replaces the remote,
 * which failed with err: it sends the history, too. */
static vv_status take_stand_in(vv_fetch_from *r, vv_error *err)
{
	answering a = {.count = 0};
	bool found = false;
	vv_error why;

	if (ask_for_copies(&a, r, &found, &why) < 0) return vv_error_copy(err, &why);
	if (!found) {
		if (a.invalid) {
			a.invalid->left_out = false; /* the error has it */
			*err = a.invalid->why;
		}
		vv_fetch_from_tell(r);
		return err->code;
	}
	const size_t place = a.best;
	r->stand_name = r->suppliers[place].name;
	r->stand_in = !r->found_by;
	r->others = a.count > 1 || a.relays;
	r->signed_only = vv_named_has(&r->nearby.found, r->stand_name) ||
			 (r->found_by && r->suppliers[place].peer);
	if (vv_remote_find(&r->stand, r->repo, r->stand_name, &why) < 0 ||
	    (r->found_by && take_place(r, &why) < 0)) {
		return vv_error_copy(err, &why);
	}
	tell_stand_in(r, err->message, a.count);
	if (!r->suppliers[place].peer) return take_host(r, place, err);
	vv_supplier first = r->suppliers[place];
	memmove(r->suppliers + 1, r->suppliers, place * sizeof(first));
	r->suppliers[0] = first;
	memmove(r->suppliers + 1, r->suppliers + 2, (r->supplier_count - 2) * sizeof(first));
	r->supplier_count--;
	return vv_peer_hello(first.peer, &r->hello, err);
}

/* A name has no place of its own: it is where the newest copy is, and perhaps where it was the last time. */
static vv_status look_named(vv_fetch_from *r, vv_error *err)
{
	const vv_remote *m = &r->remote;
	const bool bare = vv_named_is(m->url, strlen(m->url));

	if (m->found_by) {
		r->found_by = m->found_by;
	} else if (bare) {
		r->found_by = m->url;
	} else {
		r->found_by = NULL;
	}
	if (!r->found_by) return VV_OK;
	(void)vv_named_silent(r->found_by, &r->silent);
	return bare ? VV_OK : add_new(r, m->name, VV_BY_SETTINGS, err);
}

/* Adds those known without a request. */
static vv_status look_for_copies(vv_fetch_from *r, vv_error *err)
{
	vv_auto(vv_named) found = {.mirrors = VV_BUF_INIT};
	const char *url = NULL;
	size_t count = r->remote.peers.count + r->named.count;
	vv_status rc = VV_OK;

	if (r->own || r->found_by) {
		rc = vv_named_mirrors(&found, r->repo, NULL, NULL, err);
	}
	while ((url = vv_named_mirror(&found, url))) {
		count += strcmp(url, r->remote.url) != 0;
	}
	r->copies = count > (r->found_by == r->remote.url);
	r->t.connect.beside = r->copies && !r->patient && r->t.connect.idle_sec == 0;
	return rc;
}

/* Connects the remote; if it sends single bytes or signs of life, and no answer, it is given up, as if it were silent. */
static vv_status reach_in_time(vv_fetch_from *r, vv_error *err)
{
	const vv_connect_options *o = &r->t.connect;
	const uint64_t ms = r->copies && !r->patient ? VV_DEADLINE_BESIDE_MS : VV_DEADLINE_ALONE_MS;
	vv_deadline *deadline = NULL;
	vv_status rc;

	if (o->stopped || o->idle_sec > 0 || o->usual_sec > 0) {
		return vv_reach(&r->origin, &r->t, &r->remote, false, err);
	}
	atomic_store(&r->stopped, false);
	r->t.connect.stopped = &r->stopped;
	deadline = vv_deadline_start(&r->stopped, ms);
	rc = vv_reach(&r->origin, &r->t, &r->remote, false, err);
	vv_deadline_end(deadline);
	r->t.connect.stopped = NULL;
	if (rc == VV_OK) {
		atomic_store(&r->stopped, false);
		return VV_OK;
	}
	if (!atomic_load(&r->stopped)) return rc;
	return vv_fail(err, VV_ESILENT, "'%s' did not complete its answer within %llu seconds",
		       vv_text_url(r->remote.url), (unsigned long long)(ms / 1000));
}

/* If copies can replace it, a sleeping machine costs two seconds, and then nothing for ten minutes. */
static vv_status reach_remote(vv_fetch_from *r, vv_error *err)
{
	vv_auto(vv_speeds) *speeds = NULL;
	const uint64_t id = vv_speed_source(r->remote.url);
	vv_ask ask = {.url = r->remote.url};

	if (r->t.connect.beside &&
	    vv_speeds_open(&speeds, r->repo, VV_OS_NETWORK_TABLES, VV_IGNORED) == VV_OK) {
		const vv_speed known = vv_speeds_of(speeds, id);
		if (!vv_ask_may(&ask, &known)) {
			*err = ask.why;
			return vv_prefix(err, "'%s'", vv_text_url(r->remote.url));
		}
		r->t.connect.first_sec = VV_ASK_FIRST_SEC;
	}
	const vv_status rc = reach_in_time(r, err);

	r->t.connect.first_sec = 0;
	if (speeds && rc < 0 && err->silent) {
		vv_speeds_note_silence(speeds, id);
	} else if (speeds && rc == VV_OK) {
		vv_speeds_note_answer(speeds, id);
	}
	return rc;
}

/* Can copies replace a remote that failed with this error? Whatever answers in its place, such as the page of a parked
 * domain, is not the remote; without copies, the user must see the error. */
static bool may_be_gone(const vv_fetch_from *r, vv_status rc)
{
	if (rc == VV_EIO || rc == VV_ENOTFOUND || rc == VV_EPROGRAM) return true;
	return r->copies && rc != VV_ENOMEM && rc != VV_ECANCELLED && rc != VV_EUSAGE &&
	       !r->silent.full;
}

/* Connects the remote, and lists other suppliers for blocks on demand. */
static vv_status connect_all(vv_fetch_from *r, vv_error *err)
{
	vv_error why;

	r->suppliers = vv_calloc(VV_SUPPLIERS_MAX + 1, sizeof(*r->suppliers));
	if (!r->suppliers) return vv_fail_nomem(err);
	r->supplier_count = 1;
	if (is_own_remote(r, err) < 0 || look_named(r, err) < 0 || look_for_copies(r, err) < 0 ||
	    ((r->own || r->found_by) && vv_nearby_ask(&r->nearby, r->repo, err) < 0)) {
		return err->code;
	}
	const vv_status silent = r->silent.code;
	vv_status rc = silent;
	if (rc == VV_OK && (rc = reach_remote(r, &why)) < 0) {
		r->silent = why;
	}
	if (rc == VV_OK && r->origin.host) {
		vv_git_host_supplier(r->origin.host, NULL, &r->suppliers[0]);
	} else if (rc == VV_OK) {
		r->suppliers[0].name = r->remote.url;
		r->suppliers[0].peer = r->origin.peer;
		r->suppliers[0].relayed = vv_url_is_behind_relay(r->remote.url);
	}
	r->hello = r->origin.hello;
	if (rc < 0 && rc != silent && !may_be_gone(r, rc)) return vv_error_copy(err, &r->silent);
	if (add_suppliers(r, err) < 0 || (rc < 0 && list_mirrors(r, err) < 0) ||
	    add_nearby(r, rc < 0 && !has_direct_copy(r), err) < 0) {
		return err->code;
	}
	if (rc < 0) {
		if (add_found(r, &r->mirrors, VV_BY_SETTINGS, err) < 0) return err->code;
		*err = r->silent;
		rc = take_stand_in(r, err);
	}
	if (rc == VV_OK) {
		add_unasked(r);
	}
	return rc;
}

vv_status vv_fetch_from_open(vv_fetch_from *r, uint64_t idle_sec, vv_error *err)
{
	vv_status rc;

	if ((rc = find_remote(r, err)) < 0 ||
	    (rc = vv_transfer_open(&r->t, r->repo, vv_repository_notes(r->repo), r->quiet, idle_sec,
				   err)) < 0) {
		return rc;
	}
	vv_blocks_config_warn(r->repo);
	return connect_all(r, err);
}

void vv_fetch_from_close(vv_fetch_from *r)
{
	for (size_t i = r->origin.host != NULL; i < r->supplier_count; i++) {
		vv_reach_supplier_clear(&r->suppliers[i]);
	}
	r->origin.peer = NULL; /* was closed as the first of them */
	vv_reached_close(&r->origin);
	vv_free(r->suppliers);
	vv_named_clear(&r->mirrors);
	vv_nearby_clear(&r->nearby);
	vv_transfer_close(&r->t);
	vv_remote_clear(&r->remote);
	vv_remote_clear(&r->stand);
}
