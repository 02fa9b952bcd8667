/*
 * whereis: lists the places that have all blocks of a version.
 */
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/names/version.h"
#include "lib/remotes/lent.h"
#include "lib/remotes/proof.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/transfer.h"
#include "lib/space/room.h"
#include "lib/sync/vault_where.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/history.h"
#include "repo/git/objects/send.h"
#include "repo/known/elsewhere.h"
#include "repo/known/published.h"
#include "transport/ipfs/routing.h"
#include "transport/line/network.h"
#include "transport/protocol/ask.h"
#include "transport/protocol/receipt.h"
#include "transport/protocol/speeds.h"

typedef struct options {
	vv_strings from, routing;
	bool no_ask;
	const char *format;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_LIST(0, "from", from, "PEER", "also ask this remote or URL; may be repeated"),
	OPT_FLAG(
		0, "no-ask", no_ask,
		"contact no other machine: show receipts and the local copy of the vault's ledger"),
	OPT_LIST(0, "routing", routing, "URL",
		 "also ask this IPFS router for providers of a published version"),
	OPT_JSON("the output format"),
	OPT_POSITIVE(
		0, "timeout", timeout, "SECONDS",
		"stop waiting for a peer after this long without a byte (default: varve.timeout, or 10 for the first byte, then 60)"),
};

typedef struct run {
	const options *o;
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_transfer t;
	vv_cid root;
	bool json;
	vv_buf b;
	vv_json_out w;
	unsigned holders;       /* who has all of it */
	unsigned receipts;      /* printed so far */
	vv_speeds *speeds;      /* NULL: they cannot be read */
	vv_published published; /* with --routing */
} run;

/* Prints its speed in this network, if known. source 0: not a queried source. */
static void tell_speed(run *r, uint64_t source)
{
	vv_speed known = {.seen = 0};

	if (r->speeds && source > 0) {
		known = vv_speeds_of(r->speeds, source);
	}
	if (!r->json) return;
	vv_json_put_members(&r->w,
			    {JSON_NUMBER_OR_NULL(known.rate > 0, "latency", known.latency_ms)},
			    {JSON_NUMBER_OR_NULL(known.rate > 0, "rate", known.rate)});
}

/* Prints one line: the place, and its state. place: where a Git host's blocks are; or NULL. */
static void print_place(run *r, const char *who, const char *place, const char *what,
			uint64_t source, const char *why)
{
	if (!r->json) {
		vv_out("  %-8s  ", what);
		vv_out_text(who, strlen(who));
		if (place) {
			vv_out(" (in %s)", vv_text_url(place));
		}
		if (why) {
			vv_out(": %s", why);
		}
		tell_speed(r, source);
		vv_out("\n");
		return;
	}
	vv_json_open_object(&r->w);
	vv_json_put_members(&r->w, {JSON_TEXT("peer", who)},
			    {JSON_TEXT_WHEN(place, "place", place)}, {JSON_TEXT("has", what)},
			    {JSON_TEXT("error", why)});
	tell_speed(r, source);
	vv_json_close_object(&r->w);
}

static const char *word_of(bool all, bool some)
{
	if (all) return "all";
	return some ? "some" : "nothing";
}

static vv_status ask_here(run *r, vv_error *err)
{
	vv_store *store;
	vv_cid missing;
	vv_error why = {.code = VV_OK};
	bool whole;
	vv_status rc = vv_repository_store(r->repo, &store, err);

	if (rc == VV_OK) {
		rc = vv_store_complete(store, &r->root, &whole, &missing, err);
	}
	if (rc == VV_OK) {
		r->holders += whole;
		const bool root = vv_store_has(store, &r->root);
		if (!root) {
			vv_expired_explain(r->repo, &r->root, &why);
		}
		print_place(r, "here", NULL, word_of(whole, root), 0,
			    why.code < 0 ? why.message : NULL);
	}
	return rc;
}

/* One queried source, in parallel with the others. */
typedef struct question {
	run *r;
	char *word; /* a remote's name, or a URL */
	vv_remote m;
	bool host; /* a Git host: not one of vv_ask_all */
	vv_ask ask;
	uint8_t have, held;
} question;

typedef struct questions {
	question *items;
	size_t count, cap;
} questions;

static void question_clear(question *q)
{
	vv_ask_clear(&q->ask);
	vv_remote_clear(&q->m);
	vv_free(q->word);
}

static void questions_clear(questions *all)
{
	vv_array_clear(all->items, all->count, q, question_clear(q));
}
VV_AUTO_CLEAR(questions, questions_clear)

static vv_status put_question(void *payload, const vv_connect_options *o, vv_error *err)
{
	question *q = payload;
	vv_connect_options own = *o;
	vv_auto(vv_peer) *peer = NULL;
	vv_status rc;

	own.remote_program = q->m.program;
	if ((rc = vv_peer_open(&peer, q->m.url, &own, err)) == VV_OK) {
		rc = vv_peer_have(peer, &q->r->root, 1, &q->have, &q->held, err);
	}
	return rc;
}

/* url: one to which word, a remote, only pushes; or NULL */
static vv_status add_question(questions *all, run *r, const char *word, const char *url, bool named,
			      vv_error *err)
{
	if (!vv_array_room(all->items, all->count, all->cap)) return vv_fail_nomem(err);
	question *q = &all->items[all->count];
	*q = (question){.r = r, .word = vv_strdup(url ? url : word), .ask = {.named = named}};
	if (!q->word) return vv_fail_nomem(err);
	all->count++;
	q->ask.status = vv_remote_find(&q->m, r->repo, word, &q->ask.why);
	if (url && q->ask.status == VV_OK) {
		q->ask.status = vv_remote_push_at(&q->m, r->repo, url, &q->ask.why);
	}
	q->host = q->ask.status == VV_OK && vv_reach_is_host(&r->t, &q->m);
	return VV_OK;
}

static void tell_answer(const question *q)
{
	const uint64_t source = q->m.url ? vv_speed_source(q->m.url) : 0;

	if (q->ask.status < 0) {
		print_place(q->r, q->word, NULL, "unknown", source, q->ask.why.message);
		return;
	}
	q->r->holders += q->have & 1;
	print_place(q->r, q->word, NULL, word_of(q->have & 1, q->held & 1), source, NULL);
}

/* Examines one source of a host. A store or a ref of blocks has a version if it lists it and returns a block that it cannot
 * foresee. */
static vv_status ask_source(const question *q, const vv_reached *there, const vv_blocks_source *s,
			    const char **what, vv_error *err)
{
	const vv_cid *root = &q->r->root;
	question peer = {.r = q->r, .m = {.url = s->url}};
	vv_store *store;
	bool holds = false;
	vv_status rc;

	if (s->kind == VV_FROM_PEER) {
		rc = s->trusted ? put_question(&peer, &q->r->t.connect, err)
				: vv_fail(err, VV_EREFUSED, "this host is not trusted");
		*what = rc < 0 ? *what : word_of(peer.have & 1, peer.held & 1);
		return rc;
	}
	if ((rc = vv_host_look(s->host, root, 1, err)) < 0) return rc;
	const bool listed = vv_host_has(s->host, root);
	if ((rc = vv_repository_store(q->r->repo, &store, err)) < 0 ||
	    (listed && (rc = vv_proof_ask(&holds, there, store, root, 1, err)) < 0)) {
		return rc;
	}
	*what = word_of(holds, listed);
	return VV_OK;
}

/* Examines the sources of a Git host, or those beside a peer, in the order in which a fetch reads them, until one has all. Prints
 * the first one, and others that have something. */
static void tell_host(question *q)
{
	const uint64_t source = q->m.url ? vv_speed_source(q->m.url) : 0;
	const bool lacks = q->ask.status == VV_OK && (q->have & 1) == 0;
	vv_auto(vv_reached) there = {0};
	vv_error why;
	vv_status rc = q->host ? vv_reach(&there, &q->r->t, &q->m, false, &why)
			       : vv_reach_blocks_ref(&there.host, &q->r->t, &q->m, false, lacks,
						     &why);

	if (rc < 0) {
		print_place(q->r, q->word, NULL, "unknown", source, why.message);
	}
	there.reading = true;
	for (bool more = there.host != NULL; more; there.place++) {
		const vv_blocks_source *s;
		const char *what = "unknown";

		rc = vv_git_host_place(there.host, there.place, &s, &why);
		if (!s && (rc == VV_OK || there.place > 0)) return;
		rc = rc < 0 ? rc : ask_source(q, &there, s, &what, &why);
		if (there.place == 0 || strcmp(what, "nothing") != 0) {
			print_place(q->r, q->word,
				    s ? s->url : vv_git_host_blocks_place(there.host), what, source,
				    rc < 0 ? why.message : NULL);
		}
		q->r->holders += strcmp(what, "all") == 0;
		more = s && strcmp(what, "all") != 0;
	}
}

typedef struct linking {
	run *r;
	char *source; /* NULL: it is not linked */
} linking;

static vv_status take_source(void *payload, const vv_cid *root, const char *source, vv_error *err)
{
	linking *l = payload;

	if (l->source || !vv_cid_equal(root, &l->r->root)) return VV_OK;
	l->source = vv_strdup(source);
	return l->source ? VV_OK : vv_fail_nomem(err);
}

/* Prints the source of a linked version, which is not queried. */
static vv_status tell_source(run *r, vv_error *err)
{
	vv_auto(vv_elsewhere) *noted = NULL;
	linking l = {.r = r};
	vv_oid commit;
	vv_status rc = vv_elsewhere_read(&noted, r->repo, err);

	if (rc == VV_OK && vv_elsewhere_links(noted, &r->root)) {
		rc = take_source(&l, &r->root,
				 vv_elsewhere_keeper(noted, &r->root) + strlen(VV_LINK_SCHEME),
				 err);
	} else if (rc == VV_OK && vv_rev_commit(r->repo, "HEAD", &commit, VV_IGNORED) == VV_OK) {
		rc = vv_linked_each(r->repo, &commit, take_source, &l, err);
	}
	if (rc == VV_OK && l.source) {
		print_place(r, l.source, NULL, "linked", 0, NULL);
	}
	vv_free(l.source);
	return rc;
}

/* The URLs to which it only pushes, and its peers. */
static vv_status add_of_remote(questions *all, run *r, const char *name, vv_error *err)
{
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_string_list) urls = {0};
	vv_status rc;

	if (vv_remote_find(&m, r->repo, name, VV_IGNORED) < 0) return VV_OK;
	if ((rc = vv_remote_push_only(&urls, r->repo, &m, err)) < 0) return rc;
	vv_array_each(urls.items, urls.count, url) {
		if ((rc = add_question(all, r, name, *url, false, err)) < 0) return rc;
	}
	vv_array_each(m.peers.items, m.peers.count, peer) {
		if ((rc = add_question(all, r, *peer, NULL, false, err)) < 0) return rc;
	}
	return VV_OK;
}

/* The remotes, each followed by its other places, and those that were named. */
static vv_status list_questions(questions *all, run *r, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_status rc = vv_remote_names(&names, r->repo, err);

	if (rc < 0) return rc;
	vv_array_each(names.items, names.count, name) {
		if ((rc = add_question(all, r, *name, NULL, false, err)) < 0 ||
		    (rc = add_of_remote(all, r, *name, err)) < 0) {
			return rc;
		}
	}
	vv_array_each(r->o->from.items, r->o->from.count, word) {
		if ((rc = add_question(all, r, *word, NULL, true, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status ask_all(run *r, vv_error *err)
{
	vv_auto(questions) all = {0};
	vv_auto_free vv_ask **asks = NULL;
	size_t count = 0;
	vv_status rc = list_questions(&all, r, err);

	if (rc < 0) return rc;
	if (!(asks = vv_calloc(all.count + 1, sizeof(vv_ask *)))) return vv_fail_nomem(err);
	vv_array_each(all.items, all.count, q) {
		if (q->ask.status == VV_OK && !q->host) {
			q->ask.url = q->m.url;
			q->ask.open = put_question;
			q->ask.payload = q;
			if ((rc = vv_ask_prepare(&q->ask, &r->t.connect, err)) < 0) return rc;
			asks[count++] = &q->ask;
		}
	}
	if ((rc = vv_ask_all(asks, count, r->repo, err)) < 0) return rc;
	vv_array_each(all.items, all.count, q) {
		if (!q->host) {
			tell_answer(q);
		}
		if (q->host || q->m.name) {
			tell_host(q);
		}
	}
	return tell_source(r, err);
}

/* --- holders of the vault ----------------------------------------------------------------------- */

static const char *what_it_has(const vv_where_holder *h)
{
	if (h->away) return "unknown";
	if (h->whole) return "all";
	if (h->shards == 0 || (h->asked > 0 && h->shown == 0)) return "nothing";
	return "some";
}

static void tell_holder(run *r, const vv_vault_where *v, const vv_where_holder *h)
{
	const char *why = h->why.code != VV_OK ? h->why.message : NULL;
	const char *proven = h->proven > 0 ? vv_text_utc((int64_t)h->proven) : NULL;
	r->holders += h->whole && !h->away;
	if (!r->json) {
		vv_out("  %-8s  %s: ", what_it_has(h), h->name);
		if (!h->away) {
			vv_out("%s of ", vv_text_count(h->shards));
			vv_out("%s, proven %s%s", vv_text_counted(v->shards, "shard", NULL),
			       proven ? proven : "never", why ? "; " : "");
		}
		vv_out("%s", why ? why : "");
		vv_out("\n");
		return;
	}
	vv_json_put_object(&r->w, {JSON_TEXT("holder", h->name)},
			   {JSON_TEXT("has", what_it_has(h))}, {JSON_NUMBER("shards", h->shards)},
			   {JSON_NUMBER("asked", h->asked)}, {JSON_NUMBER("shown", h->shown)},
			   {JSON_TEXT("proven", proven)}, {JSON_TEXT("error", why)});
}

/* That the vault cannot be read does not hide who else has the version. */
static vv_status tell_vault(run *r, vv_error *err)
{
	vv_auto(vv_vault_where) v = {0};
	vv_error why;
	vv_status rc = vv_vault_where_ask(&v, r->repo, &r->t.connect, &r->root, !r->o->no_ask,
					  &why);

	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (!r->json && rc == VV_OK && v.is) {
		vv_out("the vault has ");
		if (v.partly) {
			vv_out("%s or more", vv_text_count(v.kept));
		} else {
			vv_out("%s", v.kept == v.blocks ? "all" : vv_text_count(v.kept));
		}
		vv_out(" of the blocks of this version; its holders%s:\n",
		       r->o->no_ask ? " according to its ledger" : "");
	} else if (!r->json && rc < 0) {
		vv_out("holders of the vault:\n  unknown   %s\n", why.message);
	}
	if (r->json) {
		vv_json_name(&r->w, "vault");
		if (rc == VV_OK && !v.is) {
			vv_json_null(&r->w);
		} else {
			vv_json_put_object(
				&r->w,
				{JSON_BOOL("complete",
					   rc == VV_OK && v.kept == v.blocks && !v.partly)},
				{JSON_NUMBER("shards", rc == VV_OK ? v.shards : 0)},
				{JSON_TEXT("error", rc < 0 ? why.message : NULL)});
		}
		vv_json_add_array(&r->w, "holders");
	}
	vv_array_each(v.holders, rc == VV_OK ? v.count : 0, holder) {
		tell_holder(r, &v, holder);
	}
	if (r->json) {
		vv_json_close_array(&r->w);
	}
	return VV_OK;
}

/* --- routers of IPFS ------------------------------------------------------------------------- */

typedef struct asked {
	run *r;
	const vv_cid *cid;
	unsigned count;
} asked;

static vv_status tell_provider(void *payload, const vv_provider *p, vv_error *err)
{
	asked *a = payload;
	run *r = a->r;

	a->count++;
	r->holders++;
	if (!r->json) {
		vv_out_between("  ", p->id ? p->id : "?", "");
		vv_out_between(p->address ? "  " : "", p->address ? p->address : "", "\n");
		return VV_OK;
	}
	vv_json_put_object(&r->w, {JSON_TEXT("cid", vv_cid_shows(a->cid))},
			   {JSON_TEXT("peer", p->id)}, {JSON_TEXT("address", p->address)},
			   {JSON_TEXT("protocols", p->protocols)});
	return vv_buf_ok(&r->b, err);
}

static vv_status ask_router(run *r, const char *url, const vv_cid *cid, const char *what,
			    vv_error *err)
{
	vv_connect_options o = {.repo = r->repo, .idle_sec = (unsigned)r->o->timeout};
	asked a = {r, cid, 0};

	if (!r->json) {
		vv_out("providers of the %s %s:\n", what, vv_cid_shows(cid));
	}
	vv_status rc = vv_routing_providers(url, &o, cid, tell_provider, &a, err);
	if (rc == VV_OK && a.count == 0 && !r->json) {
		vv_out("  none\n");
	}
	return rc;
}

/* Routers see each query, so only published versions are queried. Called before any query. */
static vv_status find_published(run *r, vv_error *err)
{
	vv_status rc = vv_published_find(&r->published, vv_repository_varvedir(r->repo), &r->root,
					 err);

	if (rc == VV_ENOTFOUND) {
		vv_hint(err, "routers are asked only about published versions; "
			     "'varve ipfs publish' publishes a version");
	}
	return rc;
}

static vv_status ask_routers(run *r, vv_error *err)
{
	const vv_published *p = &r->published;
	vv_status rc;

	vv_array_each(r->o->routing.items, r->o->routing.count, url) {
		if ((rc = ask_router(r, *url, &p->file, "file", err)) < 0 ||
		    (rc = ask_router(r, *url, &p->version, "table", err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status tell_receipt(void *payload, const vv_receipt *c, vv_error *err)
{
	run *r = payload;

	if (!r->json) {
		vv_out(r->receipts++ == 0 ? "received here:\n" : "");
		vv_out("  %s  %s (%s) from ", c->time, vv_text_counted(c->blocks, "block", NULL),
		       vv_text_bytes(c->bytes));
		vv_out_between("", c->peer, "\n");
		return VV_OK;
	}
	vv_json_put_object(&r->w, {JSON_TEXT("time", c->time)}, {JSON_TEXT("peer", c->peer)},
			   {JSON_NUMBER("blocks", c->blocks)}, {JSON_NUMBER("bytes", c->bytes)});
	return vv_buf_ok(&r->b, err);
}

static void put_heading(run *r, const char *name, const char *text)
{
	if (r->json) {
		vv_json_add_array(&r->w, name);
	} else {
		vv_out("%s\n", text);
	}
}

static vv_status find_root(run *r, const char *word, vv_error *err)
{
	vv_auto(vv_subject) s = {0};
	vv_status rc;

	if ((rc = vv_subject_find(&s, r->repo, r->reader, &(vv_version_name){.word = word}, err)) ==
		    VV_OK &&
	    (rc = vv_subject_settle(&s, err)) == VV_OK) {
		if (s.is_dataset) {
			r->root = s.root;
		} else if (s.from == VV_FROM_WORK && !vv_cid_is_null(&s.parent)) {
			/* the file was edited: the version that the index has */
			r->root = s.parent;
		} else {
			rc = vv_fail(err, VV_EUSAGE,
				     "'%s' is not a stored version of a table\n"
				     "'varve add' stores it",
				     vv_text_shows(word));
		}
	}
	return rc;
}

/* Others get it here, too, while 'varve serve' runs. */
static vv_status tell_lending(run *r, vv_error *err)
{
	vv_auto(char) *where = NULL;
	vv_room_sum room;
	vv_status rc = vv_room_look(&room, r->repo, err);

	if (rc < 0) return rc;
	rc = vv_lent_where(&where, r->repo, err);
	if (r->json) {
		vv_json_put_members(&r->w, {JSON_TEXT("lent", where)},
				    {JSON_NUMBER("room", room.room)},
				    {JSON_NUMBER("used", room.used)});
	} else if (where) {
		vv_out("lent to others at %s, while 'varve serve' runs\n", vv_text_url(where));
	}
	if (!r->json && room.room > 0) {
		vv_out("the rows here use %s of %s (varve.room)\n", vv_text_bytes(room.used),
		       vv_text_bytes(room.room));
	}
	return vv_missing_ok(rc, err);
}

static vv_status tell_all(run *r, const char *word, vv_error *err)
{
	vv_status rc;

	if (r->json) {
		vv_json_open_object(&r->w);
		vv_json_add_string(&r->w, "root", vv_cid_shows(&r->root));
	} else {
		vv_out_text(word, strlen(word));
		vv_out("  %s\n", vv_cid_shows(&r->root));
	}
	put_heading(r, "peers", "peers that have its blocks:");
	if ((rc = ask_here(r, err)) == VV_OK && !r->o->no_ask) {
		rc = ask_all(r, err);
	}
	if (r->json) {
		vv_json_close_array(&r->w);
	}
	if (rc == VV_OK && (rc = tell_lending(r, err)) == VV_OK) {
		rc = tell_vault(r, err);
	}
	if (r->o->routing.count > 0) {
		if (r->json) {
			vv_json_add_array(&r->w, "providers");
		}
		if (rc == VV_OK) {
			rc = ask_routers(r, err);
		}
		if (r->json) {
			vv_json_close_array(&r->w);
		}
	}
	if (r->json) {
		vv_json_add_array(&r->w, "receipts");
	}
	if (rc == VV_OK) {
		rc = vv_receipts_of(r->repo, &r->root, tell_receipt, r, err);
	}
	if (r->json) {
		vv_json_close_array(&r->w);
		vv_json_close_object(&r->w);
		rc = rc < 0 ? rc : vv_out_json(&r->b, err);
	}
	return rc;
}

static vv_status run_whereis(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	run r = {.o = o,
		 .json = vv_wants_json(o->format),
		 .repo = c->repo,
		 .reader = c->reader,
		 .w = {.buf = &r.b, .indent = 2}};
	vv_status rc;

	if ((rc = find_root(&r, c->argv[0], err)) == VV_OK &&
	    (r.o->routing.count == 0 || (rc = find_published(&r, err)) == VV_OK) &&
	    (rc = vv_transfer_open(&r.t, r.repo, &vv_notes_stderr, true, r.o->timeout, err)) ==
		    VV_OK) {
		(void)vv_speeds_open(&r.speeds, r.repo, VV_OS_NETWORK_TABLES, VV_IGNORED);
		rc = tell_all(&r, c->argv[0], err);
	}
	vv_speeds_close(r.speeds);
	vv_transfer_close(&r.t);
	vv_published_clear(&r.published);
	vv_buf_clear(&r.b);
	c->code = r.holders > 0 ? VV_EXIT_OK : VV_EXIT_NO;
	return rc;
}

const vv_command vv_cmd_whereis = {
	.name = "whereis",
	.group = "peers",
	.summary = "show which peers and holders have the blocks of a version",
	.usage = "[--from PEER]... [--no-ask] [--routing URL]... [--json] PATH | REV:PATH | "
		 "CID",
	.example = "$ varve whereis prices.csv\n"
		   "prices.csv  bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy\n"
		   "peers that have its blocks:\n"
		   "  all       here\n"
		   "  all       origin\n"
		   "received here:\n"
		   "  2026-03-01T10:00:00Z  139 blocks (1.2 MB) from ../sales",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "neither this repository nor another place has the whole version",
	.arguments = "path",
	.takes = "one PATH, REV:PATH or CID",
	.least = 1,
	.most = 1,
	.needs = VV_NEEDS_READER,
	.run = run_whereis,
};
