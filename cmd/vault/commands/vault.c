/*
 * vault: is it safe, and who may read and write it?
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/print/owed.h"
#include "cmd/vault/work/access.h"
#include "cmd/vault/work/prune.h"
#include "cmd/vault/work/vault_status.h"
#include "lib/work/hold/key_ring.h"

#define DAY UINT64_C(86400)
#define GRACE_DAYS 14u
#define DAYS_MAX 36500u

typedef struct options {
	const char *format, *key, *grace;
	bool dry_run;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "key", key, "FILE", "sign with the key in this file: the recovery key, say"),
	OPT_STRING(0, "grace", grace, "DAYS", "prune: keep what is retired for so many days (14)"),
	OPT_FLAG('n', "dry-run", dry_run, "prune: only say what would be done"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "give up a holder that is silent for this long (60; 2 until it answers)"),
	OPT_JSON("status: the output format"),
};

static const char *when(char out[32], uint64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds == 0 || !gmtime_r(&t, &tm) ||
	    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
		return "never";
	}
	return out;
}

#define CODE_TEXT 24u

static const char *code_text(char out[CODE_TEXT], vv_code c)
{
	(void)snprintf(out, CODE_TEXT, "%u+%u", c.data, c.parity);
	return out;
}

static void print_safe(const vv_vault_status *x, const vv_vault_session *s)
{
	const char *other = x->away > 0 ? "other " : "";
	size_t here = 0, n;

	for (size_t i = 0; i < s->place_count; i++) {
		here += s->places[i].holder && !s->places[i].config->dead;
	}
	if (x->away > 0) {
		vv_out("safe, if %s away still %s what %s had: ",
		       x->away == 1
			       ? "the holder that is"
			       : vv_text_counted(x->away, "holder that is", "holders that are"),
		       x->away == 1 ? "has" : "have", x->away == 1 ? "it" : "they");
	} else {
		vv_out("safe: ");
	}
	if (x->stripes > 0) {
		vv_out("%s whole, the rest has %s",
		       x->stripes == 1 ? "1 stripe is"
				       : vv_text_counted(x->stripes, "stripe", "stripes are"),
		       vv_text_counted(x->rest, "copy", "copies"));
	} else {
		vv_out("everything has %s", vv_text_counted(x->least, "copy", "copies"));
	}
	n = here < x->least - 1 ? here : x->least - 1;
	if (x->least < 2) {
		vv_out("; if a holder is lost, data is lost with it\n");
	} else if (n > 1) {
		vv_out("; any %zu %sholders could be lost, and no data with them\n", n, other);
	} else {
		if (n == 1) {
			vv_out("; any %sholder could be lost, and no data with it", other);
		}
		vv_out("\n");
	}
}

static vv_status print_json(const vv_vault_status *x, vv_error *err)
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {{"copies", x->copies},   {"shards", x->shards},  {"bytes", x->bytes},
		       {"least", x->least},     {"owed", x->owed},      {"lost", x->lost},
		       {"bad", x->bad},         {"away", x->away},      {"retired", x->retired},
		       {"damaged", x->damaged}, {"stripes", x->stripes}};
	char head[VV_CID_TEXT + 1], time[32], code[CODE_TEXT];
	vv_buf b = VV_BUF_INIT;
	vv_json_out w;
	vv_status rc;

	vv_json_out_init(&w, &b, 2);
	vv_json_open_object(&w);
	vv_json_name(&w, "safe");
	vv_json_bool(&w, x->safe);
	vv_json_name(&w, "current");
	vv_json_bool(&w, x->current);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		vv_json_name(&w, numbers[i].name);
		vv_json_u64(&w, numbers[i].value);
	}
	vv_json_name(&w, "new_refs");
	vv_json_u64(&w, x->new_refs);
	vv_json_name(&w, "new_ref");
	vv_json_string(&w, x->new_ref);
	vv_json_name(&w, "code");
	vv_json_string(&w, x->code.data > 0 ? code_text(code, x->code) : NULL);
	vv_json_name(&w, "proven");
	vv_json_string(&w, x->proven > 0 ? when(time, x->proven) : NULL);
	vv_cid_text(head, &x->head);
	vv_json_name(&w, "head");
	vv_json_string(&w, vv_cid_is_null(&x->head) ? NULL : head);
	vv_json_close_object(&w);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_out("%s\n", vv_buf_cstr(&b));
	}
	vv_buf_clear(&b);
	return rc;
}

/* Has this clone anything that no holder has? */
static bool is_new(const vv_vault_status *x)
{
	return x->unfinished || (!x->current && !x->only_places);
}

/* What no holder has, before what too few have. */
static void print_new(const vv_vault_status *x)
{
	if (x->new_refs > 0) {
		vv_out_text(x->new_ref, strlen(x->new_ref));
		if (x->new_refs > 1) {
			vv_out(" and %s", vv_text_counted(x->new_refs - 1, "other ref", NULL));
		}
		vv_out(x->new_refs > 1 ? " have" : " has");
		vv_out(" commits that have no copies yet; ");
	} else {
		vv_out("what is new here has no copies yet; ");
	}
}

/* What is wrong, the worst first. */
static void print_unsafe(const vv_vault_status *x)
{
	const char *some = is_new(x) ? "some of the rest" : "some of it";

	vv_out("NOT SAFE: ");
	if (x->shards == 0) {
		vv_out("the vault is empty\n");
		return;
	}
	if (is_new(x)) {
		print_new(x);
	}
	if (x->lost > 0) {
		vv_out("nobody is known to have %s ('varve repair' seals again what this clone has)\n",
		       vv_text_counted(x->lost, "shard", NULL));
	} else if (x->least == 1 && x->copies > 1) {
		vv_out("%s has only 1 copy, and %u are wanted: if that holder fails, it is lost\n",
		       some, x->copies);
	} else if (x->least < x->copies) {
		vv_out("%s has only %s, and %u are wanted\n", some,
		       vv_text_counted(x->least, "copy", "copies"), x->copies);
	} else if (is_new(x)) {
		vv_out("the rest has %s\n", vv_text_counted(x->least, "copy", "copies"));
	} else if (x->damaged > 0) {
		vv_out("a holder has damaged what it keeps\n");
	} else {
		vv_out("the list of holders in the vault is old ('varve replicate')\n");
	}
}

static void print_owed(const vv_vault_status *x, const vv_vault_session *s)
{
	const uint64_t owed = x->owed - x->hopeless;
	vv_buf b = VV_BUF_INIT;

	vv_print_owed(&b, s, x->copies, false);
	vv_out("  %s owed: %s\n",
	       owed == 1 ? "1 copy is" : vv_text_counted(owed, "copy", "copies are"),
	       vv_buf_cstr(&b));
	vv_buf_clear(&b);
}

static void print_bad(const vv_vault_status *x)
{
	if (x->bad > 0) {
		vv_out("  %s missing or changed, by the last audit%s\n",
		       x->bad == 1 ? "1 copy was" : vv_text_counted(x->bad, "copy", "copies were"),
		       x->owed > 0 ? " ('varve repair')" : "; the others suffice");
	}
}

static void print_status(const vv_vault_status *x, const vv_vault_session *s)
{
	char head[VV_CID_TEXT + 1], time[32], code[CODE_TEXT];

	if (x->safe) {
		print_safe(x, s);
		print_bad(x);
	} else {
		print_unsafe(x);
		if (x->owed > x->hopeless) {
			print_owed(x, s);
		}
		print_bad(x);
		if (x->damaged > 0) {
			vv_out("  damaged at holders: %s of the ledger ('varve repair')\n",
			       vv_text_counted(x->damaged, "record", NULL));
		}
		if (x->unfinished) {
			vv_out("  a run has not ended ('varve replicate')\n");
		}
		if (is_new(x)) {
			vv_out("  'varve replicate' brings what is new to the holders\n");
		}
	}
	vv_out("in the vault: %s, %s; policy: ", vv_text_counted(x->shards, "shard", NULL),
	       vv_text_bytes(x->bytes));
	if (x->code.data > 0) {
		vv_out("stripes of %s, ", code_text(code, x->code));
	}
	vv_out("%s%s\n", vv_text_counted(x->copies, "copy", "copies"),
	       x->code.data > 0 ? " of the rest" : "");
	for (size_t i = 0; i < s->place_count; i++) {
		const vv_vault_place *p = &s->places[i];
		if (!p->holder && !p->config->dead) {
			vv_out("away: ");
			vv_out_text(p->config->name, strlen(p->config->name));
			vv_out(", last reached %s\n", when(time, p->seen));
		} else if (p->refuses) {
			vv_out("takes nothing new: %s\n", p->why.message);
		}
	}
	vv_out("all copies proven: %s\n", when(time, x->proven));
	if (!vv_cid_is_null(&x->head)) {
		vv_cid_text(head, &x->head);
		vv_out("head %s of %s\n", head, when(time, x->head_time));
	}
}

static vv_status run_status(vv_context *c, vv_vault_session *s, vv_error *err)
{
	const options *o = c->options;
	vv_vault_status x;
	vv_status rc = vv_vault_status_get(&x, s, err);

	if (rc < 0) {
		return rc;
	}
	vv_progress_end();
	c->code = x.safe ? VV_EXIT_OK : VV_EXIT_NO;
	if (vv_wants_json(o->format)) {
		rc = print_json(&x, err);
	} else {
		print_status(&x, s);
	}
	vv_vault_status_clear(&x);
	return rc;
}

static void print_key(const uint8_t *key, const char *what)
{
	char did[VV_DID_TEXT];

	vv_did_text(did, key);
	vv_out("%s%s\n", did, what);
}

static void list_keys(const vv_vault_session *s, bool writers)
{
	const size_t count = writers ? vv_vault_writer_count(s->state) : s->secrets.reader_count;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *key = writers ? vv_vault_writer_at(s->state, i)
					     : s->secrets.readers[i];
		print_key(key, vv_vault_is_owner(s->state, key) ? "  owner" : "");
	}
}

/* readers, writers: list, or add and remove DID. */
static vv_status run_access(vv_context *c, vv_vault_session *s, vv_error *err)
{
	uint8_t key[VV_KEY_PUBLIC];
	vv_access x = {.key = key,
		       .write = strcmp(c->argv[0], "writers") == 0,
		       .add = c->argc > 1 && strcmp(c->argv[1], "add") == 0};
	const size_t epochs = vv_vault_epoch_count(s->state);
	char did[VV_DID_TEXT];
	vv_status rc;

	if (c->argc == 1) {
		list_keys(s, x.write);
		return VV_OK;
	}
	if ((rc = vv_key_ring_find(key, c->argv[2], err)) < 0 ||
	    (rc = vv_vault_session_check_key(s, err)) < 0 ||
	    (rc = vv_access_change(&x, s, err)) < 0 || (rc = vv_vault_session_sync(s, err)) < 0) {
		return rc;
	}
	vv_did_text(did, key);
	if (x.add) {
		vv_note("%s may %s this vault from epoch %zu on, which begins now", did,
			x.write ? "write to" : "read", epochs + 1);
	} else {
		vv_note(x.write ? "what it wrote so far stays in the vault"
				: "what is sealed from now on it cannot read; what it could read so far, and "
				  "copies that it made, it can read for ever");
	}
	return VV_OK;
}

/* As it was before: what was deleted since may have been in the way. */
static void tell_owed(const vv_prune *x, const vv_vault_session *s)
{
	vv_buf b = VV_BUF_INIT;

	if (x->deleted + x->surplus.deleted > 0) {
		vv_buf_puts(&b,
			    "what was deleted may have made room: 'varve replicate' tries again");
	} else {
		vv_print_owed(&b, s, s->policy.copies ? s->policy.copies : 1, true);
	}
	vv_note("%s owed: %s",
		x->owed == 1 ? "1 copy is" : vv_text_counted(x->owed, "copy", "copies are"),
		vv_buf_cstr(&b));
	vv_buf_clear(&b);
}

/* Copies too many that somebody else decides about. */
static void tell_shared(const vv_surplus *x)
{
	char did[VV_DID_TEXT];

	if (x->shared > 0) {
		vv_buf who = VV_BUF_INIT;
		if (x->waits) {
			vv_did_text(did, x->waits_for);
			vv_buf_printf(&who, "the writer %s has", did);
		}
		vv_note("%s until %s replicated: 'varve replicate' there, then prune again here",
			x->shared == 1 ? "1 copy too many stays"
				       : vv_text_counted(x->shared, "copy too many",
							 "copies too many stay"),
			x->waits ? vv_buf_cstr(&who) : "everybody else who may write has");
		vv_buf_clear(&who);
		if (x->waits) {
			vv_note("if that machine is lost, 'varve vault writers remove' lets the rest go on");
		}
	}
	if (x->policy > 0) {
		vv_did_text(did, x->policy_of);
		vv_note("the writer %s wants %s, so that many stay", did,
			vv_text_counted(x->policy, "copy", "copies"));
	}
}

static vv_status run_prune(vv_context *c, vv_vault_session *s, vv_error *err)
{
	const options *o = c->options;
	vv_prune x = {.grace_sec = GRACE_DAYS * DAY, .dry_run = o->dry_run};
	uint64_t days;
	char did[VV_DID_TEXT];
	vv_status rc;

	if (o->grace) {
		if (!vv_parse_u64(&days, o->grace, strlen(o->grace)) || days > DAYS_MAX) {
			return vv_fail(err, VV_EUSAGE, "--grace takes a number of days, not '%s'",
				       vv_text_shows(o->grace));
		}
		x.grace_sec = days * DAY;
	}
	if ((rc = vv_vault_session_need_writer(s, err)) < 0 ||
	    (rc = vv_vault_session_check_key(s, err)) < 0 || (rc = vv_prune_run(&x, s, err)) < 0) {
		return rc;
	}
	vv_progress_end();
	vv_print_failing(s);
	vv_note(o->dry_run ? "would rewrite %s, leave out %s and retire %s"
			   : "rewrote %s, left out %s and retired %s",
		vv_text_counted(x.runs, "run", NULL), vv_text_counted(x.dead, "item", NULL),
		vv_text_counted(x.shards, "shard", NULL));
	if (!o->dry_run) {
		vv_note("deleted %s", vv_text_counted(x.deleted, "copy", "copies"));
	}
	if (x.surplus.deleted > 0) {
		vv_note("deleted %s that the policy does not need",
			vv_text_counted(x.surplus.deleted, "copy", "copies"));
	}
	if (x.held > 0) {
		vv_note("%s not let go of yet: %s",
			vv_text_counted(x.held, "copy is", "copies are"), x.holding);
	}
	if (x.waiting > 0) {
		vv_note("%s for now: what is retired is kept for a while",
			x.waiting == 1 ? "1 retired shard stays"
				       : vv_text_counted(x.waiting, "retired shard",
							 "retired shards stay"));
	}
	if (x.surplus.waiting > 0) {
		vv_note("%s for now: what the policy does not need is kept for a while, and until what it needs "
			"was shown",
			x.surplus.waiting == 1 ? "1 copy too many stays"
					       : vv_text_counted(x.surplus.waiting, "copy too many",
								 "copies too many stay"));
	}
	tell_shared(&x.surplus);
	if (x.unread > 0) {
		vv_note("not touched, since holders are away: the %s; prune again when they are back",
			vv_text_counted(x.unread, "oldest run", "oldest runs"));
	}
	if (x.unready > 0) {
		vv_note("%s for now: what was rewritten of %s does not have its copies yet; 'varve "
			"replicate' until it has, then prune again",
			x.unready == 1 ? "1 run stays"
				       : vv_text_counted(x.unready, "run", "runs stay"),
			x.unready == 1 ? "it" : "them");
		c->code = VV_EXIT_NO;
	}
	if (x.owed > 0) {
		tell_owed(&x, s);
	}
	if (x.blocked) {
		vv_did_text(did, x.blocker);
		vv_note("the writer %s has not replicated since; if that machine is lost, 'varve vault writers "
			"remove' lets the rest go on",
			did);
	}
	return VV_OK;
}

static int check_vault(const vv_context *c)
{
	const options *o = c->options;
	const char *what = c->argc > 0 ? c->argv[0] : "status";
	const bool prune = strcmp(what, "prune") == 0 && c->argc == 1;
	const bool status = strcmp(what, "status") == 0 && c->argc <= 1;
	const bool access = strcmp(what, "readers") == 0 || strcmp(what, "writers") == 0;

	if (!status && !prune &&
	    !(access && (c->argc == 1 || (c->argc == 3 && (strcmp(c->argv[1], "add") == 0 ||
							   strcmp(c->argv[1], "remove") == 0))))) {
		return vv_usage_error(
			"vault status, prune, or readers or writers with nothing, add DID or remove DID");
	}
	if (!prune && (o->grace || o->dry_run)) {
		return vv_usage_error("--grace and --dry-run go with prune");
	}
	return vv_check_json(vv_wants_json(o->format), status, "vault status");
}

static vv_status run_vault(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {.key_file = o->key,
				       .need_key = true,
				       .quiet = true,
				       .notes = &vv_notes_stderr,
				       .idle_sec = o->timeout};
	vv_vault_session s;
	vv_status rc = vv_vault_session_open(&s, c->repo, &so, err);

	if (rc < 0) {
		return rc;
	}
	if ((rc = vv_vault_session_need_vault(&s, err)) < 0 ||
	    (rc = vv_vault_session_connect(&s, err)) < 0 ||
	    (rc = vv_vault_session_need_ledger(&s, err)) < 0 ||
	    (rc = vv_vault_session_need_reader(&s, err)) < 0) {
		goto done;
	}
	rc = c->argc > 0 && strcmp(c->argv[0], "prune") == 0     ? run_prune(c, &s, err)
	     : c->argc == 0 || strcmp(c->argv[0], "status") == 0 ? run_status(c, &s, err)
								 : run_access(c, &s, err);
done:
	vv_vault_session_close(&s);
	return rc;
}

const vv_command vv_cmd_vault = {
	.name = "vault",
	.group = "vault",
	.summary = "are the sealed copies at their policy, and who may read and write them?",
	.usage =
		"status [--timeout SECONDS] [--json]\nreaders [add DID | remove DID] [--key FILE]\n"
		"writers [add DID | remove DID] [--key FILE]\nprune [--grace DAYS] [--dry-run]",
	.example = "$ varve vault status\n"
		   "safe: everything has 2 copies; any holder could be lost, and no data with it\n"
		   "in the vault: 2 shards, 8.3 kB; policy: 2 copies\n"
		   "all copies proven: never\n"
		   "head bafyrei... of ...Z",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes =
		"status: not everything is at its policy; prune: something could not be rewritten yet",
	.arguments = "",
	.check = check_vault,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_vault,
};
