/*
 * ledger: the signed records of a vault, listed, checked and shown, and the standing of its keys.
 */
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/error.h"
#include "base/json/json_list.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/hold/audited.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/hold/hold_room.h"
#include "cmd/vault/hold/holding.h"
#include "cmd/vault/work/session.h"
#include "repo/git/repository.h"
#include "transport/places/place_kinds.h"

/* standing: the figures, and the words. */

typedef struct report {
	vv_audited audited;
	vv_holding_rules rules; /* size 0: nothing is kept here */
	vv_hold_room *room;
	vv_json_out *json; /* NULL: text */
} report;

static void report_clear(report *x)
{
	vv_hold_room_close(x->room);
	vv_holding_rules_clear(&x->rules);
	vv_audited_clear(&x->audited);
}

VV_AUTO_CLEAR(report, report_clear)

/* here NULL: nothing is kept for the key. */
static void print_key(const report *x, const uint8_t *key, const vv_hold_room_facts *here)
{
	const vv_standing_line l = vv_standing_of(&x->audited.standing, key);

	if (x->json) {
		vv_json_put_object(x->json, {JSON_TEXT("did", vv_did_shows(key))},
				   {JSON_NUMBER("bytes", l.bytes)},
				   {JSON_TIME("proven", (int64_t)l.proven)},
				   {JSON_NUMBER_WHEN(here, "shards", here->shards)},
				   {JSON_NUMBER_WHEN(here, "records", here->records)},
				   {JSON_NUMBER_WHEN(here, "room", here->room)});
		return;
	}
	vv_out("%s\n  it keeps for you: %s, %s%s\n", vv_did_shows(key), vv_text_bytes(l.bytes),
	       l.proven > 0 ? "proven " : "not proven in the last 30 days",
	       l.proven > 0 ? vv_text_utc((int64_t)l.proven) : "");
	if (here) {
		vv_out("  you keep for it: %s of at most %s\n",
		       vv_text_bytes(here->shards + here->records), vv_text_bytes(here->room));
	} else {
		vv_out("  you keep nothing for it: varve.holdFor does not name it\n");
	}
}

/* Those for whom copies are kept, then those who only keep some. */
static vv_status print_all(const report *x, vv_error *err)
{
	const vv_standing *s = &x->audited.standing;

	vv_array_each(x->rules.named, x->rules.named_count, it) {
		vv_hold_room_facts f;
		vv_status rc = vv_hold_room_look(x->room, it->key, &f, err);
		if (rc < 0) return rc;
		f.room = vv_holding_room(&x->rules, it, &x->audited);
		print_key(x, it->key, &f);
	}
	vv_array_each(s->lines, s->count, line) {
		if (!vv_hold_identity_find(x->rules.named, x->rules.named_count, line->holder)) {
			print_key(x, line->holder, NULL);
		}
	}
	return VV_OK;
}

static void print_notes(const report *x)
{
	if (x->rules.size == 0) {
		vv_note("this repository keeps no copies for others: varve.hold and varve.holdFor are not set");
	}
	if (x->audited.damaged > 0) {
		vv_warn("%s damaged: later records by the same author do not count",
			vv_text_counted(x->audited.damaged, "record is", "records are"));
	}
	if (x->audited.gone > 0) {
		vv_note("audits recorded only in %s, moved or deleted since, do not count",
			vv_text_counted(x->audited.gone, "repository", "repositories"));
	}
}

static vv_status standing_json(report *x, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = vv_json_begin_object(&b, 2);

	x->json = &w;
	vv_json_put_members(&w, {JSON_TIME("now", (int64_t)x->audited.standing.now)},
			    {JSON_NUMBER("size", x->rules.size)},
			    {JSON_NUMBER("ratioThousandths", x->rules.ratio)},
			    {JSON_ARRAY("identities")});
	const vv_status rc = print_all(x, err);
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	return rc < 0 ? rc : vv_out_json(&b, err);
}

/* By the settings of a repository that keeps copies. VV_ENOTFOUND: this machine has no key. */
static vv_status print_standing(vv_repository *r, bool json, vv_error *err)
{
	const vv_holding_options o = {.env = vv_repository_env(r), .term = VV_HOLDING_TERM_UNSAID};
	const vv_place_facts facts = {.mark = &vv_hold_mark};
	vv_auto(char) *dir = vv_holding_folder(vv_repository_varvedir(r));
	vv_auto(vv_place) place = {0};
	vv_auto(report) x = {.room = NULL};
	vv_status rc;

	if (!dir) return vv_fail_nomem(err);
	if ((rc = vv_audited_open(&x.audited, o.env, err)) < 0 ||
	    (rc = vv_holding_rules_read(&x.rules, &o, r, err)) < 0) {
		return rc;
	}
	const vv_hold_rules rules = {.size = x.rules.size,
				     .admitted = x.rules.named,
				     .admitted_count = x.rules.named_count};
	/* the folder exists only after a server has run */
	(void)vv_own_folder_open(&place, dir, &facts, false, VV_IGNORED);
	if ((rc = vv_hold_room_open(&x.room, &rules, place.payload ? &place : NULL, err)) < 0) {
		return rc;
	}
	print_notes(&x);
	return json ? standing_json(&x, err) : print_all(&x, err);
}

typedef struct options {
	const char *format;
	bool offline;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "offline", offline, "do not ask the holders first"),
	OPT_JSON("log, show, standing: the output format"),
};

static const char *holder_name(const vv_vault_session *s, const vv_ledger_record *r)
{
	const vv_vault_place *p = s->readable ? vv_vault_place_of(s, r->holder) : NULL;
	return p ? p->config->name : "another holder";
}

static void put_words(vv_buf *b, const vv_vault_session *s, const vv_ledger_record *r)
{
	const vv_ledger_record *place;

	switch (r->kind) {
	case VV_LEDGER_VAULT:
		if (vv_cid_is_null(&r->vault)) {
			vv_buf_printf(b, "begins, with %s",
				      vv_text_counted(r->key_count, "owner", NULL));
		} else {
			vv_buf_printf(b, "has %s more",
				      vv_text_counted(vv_run_shard_count(r), "shard", NULL));
			if (r->stripe_count > 0) {
				vv_buf_printf(b, ", most in %s",
					      vv_text_counted(r->stripe_count, "stripe", NULL));
			}
		}
		break;
	case VV_LEDGER_EPOCH:
		vv_buf_printf(b, "%s, %s besides the owners",
			      vv_text_counted(r->box_count, "reader", NULL),
			      vv_text_counted(r->key_count, "writer", NULL));
		break;
	case VV_LEDGER_PLACE:
		vv_buf_printf(b, "%s to ", vv_text_counted(r->shard_count, "shard", NULL));
		vv_buf_puts(b, holder_name(s, r));
		break;
	case VV_LEDGER_RECEIPT:
		place = vv_ledger_find(s->ledger, &r->link);
		vv_buf_printf(b, "%s at ",
			      vv_text_counted(place ? place->shard_count : 0, "shard", NULL));
		vv_buf_puts(b, place ? holder_name(s, place) : "?");
		break;
	case VV_LEDGER_AUDIT:
		vv_buf_puts(b, holder_name(s, r));
		vv_buf_printf(b, ": %llu of %llu good, %s bad", (unsigned long long)r->good,
			      (unsigned long long)r->asked,
			      vv_text_counted(r->link_count, "shard", NULL));
		break;
	case VV_LEDGER_RETIRE:
		vv_buf_printf(b, "%s", vv_text_counted(r->link_count, "shard", NULL));
		break;
	case VV_LEDGER_DROP:
		vv_buf_printf(b, "%s at ", vv_text_counted(r->link_count, "shard", NULL));
		vv_buf_puts(b, holder_name(s, r));
		break;
	}
}

static void put_shard(vv_json_out *w, const void *item)
{
	vv_cid_json(w, &((const vv_shard *)item)->cid);
}

/* Over the next so many of the shards. */
static void put_stripe(vv_json_out *w, const void *item)
{
	const vv_stripe *s = item;

	vv_json_put_object(w, {JSON_NUMBER("dataShards", s->code.data)},
			   {JSON_EACH(put_shard, "parity", s->parity, s->code.parity)});
}

static void put_json(vv_json_out *w, const vv_vault_session *s, const vv_ledger_record *r, bool all)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;

	put_words(&words, s, r);
	vv_json_put_object(
		w, {JSON_TEXT("record", vv_cid_shows(&r->cid))},
		{JSON_TEXT("kind", vv_ledger_kind_name(r->kind))},
		{JSON_TEXT("did", vv_did_shows(r->author))}, {JSON_NUMBER("sequence", r->sequence)},
		{JSON_TIME("time", (int64_t)r->time)},
		{JSON_BOOL("counts", vv_vault_counts(s->state, r))},
		{JSON_TEXT("says", vv_buf_cstr(&words))},
		{JSON_EACH(put_shard, all ? "shardList" : NULL, r->shards, r->shard_count)},
		{JSON_EACH(put_stripe, all && r->stripe_count > 0 ? "stripeList" : NULL, r->stripes,
			   r->stripe_count)},
		{JSON_EACH(vv_cid_json, all ? "links" : NULL, r->links, r->link_count)});
}

static vv_status print_json(const vv_vault_session *s, const vv_ledger_record *one, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = {.buf = &b, .indent = 2};

	if (one) {
		put_json(&w, s, one, true);
	} else {
		vv_json_open_array(&w);
		for (size_t i = vv_ledger_count(s->ledger); i > 0; i--) {
			put_json(&w, s, vv_ledger_records(s->ledger)[i - 1], false);
		}
		vv_json_close_array(&w);
	}
	return vv_out_json(&b, err);
}

static void print_line(const vv_vault_session *s, const vv_ledger_record *r)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;

	put_words(&words, s, r);
	vv_out("%s  %.12s %llu  %-7s  ", vv_text_utc((int64_t)r->time), vv_did_shows(r->author) + 8,
	       (unsigned long long)r->sequence, vv_ledger_kind_name(r->kind));
	vv_out_text(vv_buf_cstr(&words), words.len);
	vv_out("%s\n  %s\n", vv_vault_counts(s->state, r) ? "" : " (does not count)",
	       vv_cid_shows(&r->cid));
}

static vv_status run_show(const options *o, const vv_vault_session *s, const char *word,
			  vv_error *err)
{
	const vv_ledger_record *r;
	vv_cid cid;
	char text[VV_CID_TEXT + 1];
	vv_status rc = vv_cid_parse(&cid, word, strlen(word), err);

	if (rc < 0) return rc;
	if (!(r = vv_ledger_find(s->ledger, &cid))) {
		return vv_fail(err, VV_ENOTFOUND, "the ledger has no record %s",
			       vv_text_shows(word));
	}
	if (vv_wants_json(o->format)) return print_json(s, r, err);
	print_line(s, r);
	if (r->kind == VV_LEDGER_RECEIPT) {
		vv_out("  kept until %s\n  signed by %s\n", vv_text_utc((int64_t)r->until),
		       r->has_key ? vv_did_shows(r->key) : "no key: this holder does not sign");
	}
	vv_array_each(r->shards, r->shard_count, shard) {
		vv_cid_text(text, &shard->cid);
		vv_out("  shard %s  %s\n", text, vv_text_bytes(vv_shard_len(shard->leaves)));
	}
	vv_array_each(r->links, r->link_count, link) {
		vv_cid_text(text, link);
		vv_out("  names %s\n", text);
	}
	return VV_OK;
}

/* Every record that the reached holders have. */
static vv_status verify_holders(vv_vault_session *s, size_t *holders, size_t *faults, vv_error *err)
{
	vv_error why;

	vv_array_each(s->places, s->place_count, p) {
		if (!p->holder && !p->config->dead) {
			vv_warn("not asked: %s", p->why.message);
		}
		if (!p->holder) {
			continue;
		}
		if (vv_vault_session_look(s, p, &why) < 0) {
			if (why.code == VV_ENOMEM) return vv_error_copy(err, &why);
			vv_warn("%s", why.message);
			continue;
		}
		(*holders)++;
		vv_array_each(p->meeting.damaged, p->meeting.damaged_count, d) {
			vv_out("holder '%s': %s: %s\n", vv_text_shows(p->config->name),
			       vv_text_shows(d->name), d->why.message);
			(*faults)++;
		}
	}
	return VV_OK;
}

/* The signature of a holder that signs is in the record, and reading the record does not check it. */
static bool verify_receipt(const vv_vault_session *s, const vv_ledger_record *r)
{
	const vv_ledger_record *place = r->kind == VV_LEDGER_RECEIPT
						? vv_ledger_find(s->ledger, &r->link)
						: NULL;
	vv_error why;

	if (!place || vv_receipt_check(r, place, &why) == VV_OK) return true;
	vv_out("%s: record %llu (receipt) does not count: %s\n", vv_did_shows(r->author),
	       (unsigned long long)r->sequence, why.message);
	return false;
}

/* Verifies every file here as stored on the disk. */
static size_t verify_files(const vv_vault_session *s)
{
	size_t faults = 0;
	vv_error why;

	for (size_t i = 0; i < vv_ledger_file_count(s->ledger); i++) {
		if (vv_ledger_check_file(s->ledger, i, &why) < 0) {
			vv_out("here: %s: %s\n", vv_ledger_file_at(s->ledger, i)->name,
			       why.message);
			faults++;
		}
	}
	if (faults > 0) {
		vv_out("remove these files from .git/varve/vault/ledger; the next 'varve vault replicate' gets them from the holders\n");
	}
	return faults;
}

/* The files, then what hangs in the air. */
static vv_status run_verify(vv_context *c, vv_vault_session *s, vv_error *err)
{
	const options *o = c->options;
	size_t faults = verify_files(s), holders = 0;
	vv_status rc;

	vv_array_each(vv_ledger_authors(s->ledger), vv_ledger_author_count(s->ledger), a) {
		char did[VV_DID_TEXT];
		vv_did_text(did, a->key);
		if (a->fork[0]) {
			vv_out("%s: two records have the number %llu: two machines use the key, or a record is forged\n",
			       did, (unsigned long long)a->fork[0]->sequence);
			faults++;
		}
		if (a->waiting > 0) {
			vv_out("%s: %s, whose predecessors are missing\n", did,
			       vv_text_counted(a->waiting, "record", NULL));
			faults++;
		}
	}
	vv_array_each(vv_ledger_records(s->ledger), vv_ledger_count(s->ledger), it) {
		const vv_ledger_record *r = *it;
		char did[VV_DID_TEXT];
		if (!vv_vault_counts(s->state, r)) {
			vv_did_text(did, r->author);
			vv_out("%s: record %llu (%s) was not written by %s\n", did,
			       (unsigned long long)r->sequence, vv_ledger_kind_name(r->kind),
			       r->kind == VV_LEDGER_EPOCH ? "an owner" : "a writer");
			faults++;
		}
		faults += !verify_receipt(s, r);
	}
	if (!o->offline && (rc = verify_holders(s, &holders, &faults, err)) < 0) return rc;
	if (faults == 0) {
		vv_out("sound: %s of %s, here",
		       vv_text_counted(vv_ledger_count(s->ledger), "record", NULL),
		       vv_text_counted(vv_ledger_author_count(s->ledger), "author", NULL));
		if (holders > 0) {
			vv_out(" and at %s", vv_text_counted(holders, "holder", NULL));
		}
		vv_out("\n");
	}
	c->code = faults > 0 ? VV_EXIT_NO : VV_EXIT_OK;
	return VV_OK;
}

static int check_ledger(const vv_context *c)
{
	const options *o = c->options;
	const char *what = c->argc > 0 ? c->argv[0] : "log";

	if (!((strcmp(what, "log") == 0 || strcmp(what, "verify") == 0) && c->argc <= 1) &&
	    !(strcmp(what, "show") == 0 && c->argc == 2) &&
	    !(strcmp(what, "standing") == 0 && c->argc == 1)) {
		return vv_usage_error("expected ledger log, verify, show RECORD or standing");
	}
	return vv_check_json(vv_wants_json(o->format), strcmp(what, "verify") != 0, "ledger log");
}

static vv_status run_ledger(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const char *what = c->argc > 0 ? c->argv[0] : "log";
	vv_auto(vv_vault_session) s = {.lock = -1};

	if (strcmp(what, "standing") == 0) { /* needs no vault of this repository's own */
		return print_standing(c->repo, vv_wants_json(o->format), err);
	}
	vv_status rc = vv_vault_session_open_to_look(&s, c->repo, &vv_notes_stderr, 0, err);
	if (rc < 0) return rc;
	if ((rc = vv_vault_session_need_vault(&s, err)) < 0 ||
	    (!o->offline && (rc = vv_vault_session_connect(&s, err)) < 0)) {
		return rc;
	}
	if (o->offline && !s.state) {
		return vv_fail(err, VV_EMISSING,
			       "this clone has no records of the vault yet\nleave out --offline");
	}
	if ((rc = vv_vault_session_need_ledger(&s, err)) < 0) return rc;
	if (strcmp(what, "show") == 0) {
		rc = run_show(o, &s, c->argv[1], err);
	} else if (strcmp(what, "verify") == 0) {
		rc = run_verify(c, &s, err);
	} else if (vv_wants_json(o->format)) {
		rc = print_json(&s, NULL, err);
	} else {
		for (size_t i = vv_ledger_count(s.ledger); i > 0; i--) {
			print_line(&s, vv_ledger_records(s.ledger)[i - 1]);
		}
	}
	return rc;
}

const vv_command vv_cmd_vault_ledger = {
	.name = "vault ledger",
	.group = "look",
	.summary = "show and verify the signed records of a vault",
	.usage =
		"log [--json | --format FORMAT] [--offline]\nverify [--offline]\nshow [--json | --format FORMAT] RECORD\n"
		"standing [--json | --format FORMAT]",
	.example = "$ varve vault ledger verify\n"
		   "sound: 12 records of 1 author, here and at 2 holders",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "verify: a record or a file is wrong or missing",
	.arguments = "",
	.check = check_ledger,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_ledger,
};
