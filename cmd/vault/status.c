/*
 * status: shows whether all of a vault is at its policy.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/owed.h"
#include "cmd/vault/work/vault_status.h"

typedef struct options {
	const char *format;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS", VV_TIMEOUT_HELP),
	OPT_JSON("the output format"),
};

#define CODE_TEXT 24u

static const char *code_text(char out[CODE_TEXT], vv_code c)
{
	(void)snprintf(out, CODE_TEXT, "%u+%u", c.data, c.parity);
	return out;
}

static void print_safe(const vv_vault_status *x, const vv_vault_session *s)
{
	const char *other = x->away > 0 ? "other " : "";
	size_t here = 0;

	vv_array_each(s->places, s->place_count, place) {
		here += place->holder && !place->config->dead;
	}
	if (x->away == 1) {
		vv_out("safe, if the holder that is away still has the copies that it had: ");
	} else if (x->away > 1) {
		vv_out("safe, if %s away still have the copies that they had: ",
		       vv_text_counted(x->away, "holder that is", "holders that are"));
	} else {
		vv_out("safe: ");
	}
	if (x->stripes > 0) {
		vv_out("%s whole, the rest has %s",
		       vv_text_counted(x->stripes, "stripe is", "stripes are"),
		       vv_text_counted(x->sum.rest, "copy", "copies"));
	} else {
		vv_out("everything has %s", vv_text_counted(x->sum.least, "copy", "copies"));
	}
	size_t n = here < x->sum.least - 1 ? here : x->sum.least - 1;
	if (x->sum.least < 2) {
		vv_out("; the loss of a holder would lose data\n");
	} else if (n > 1) {
		vv_out("; the loss of any %zu %sholders would lose no data\n", n, other);
	} else {
		if (n == 1) {
			vv_out("; the loss of any %sholder would lose no data", other);
		}
		vv_out("\n");
	}
}

static vv_status print_json(const vv_vault_status *x, vv_error *err)
{
	char code[CODE_TEXT];

	return vv_out_object(
		2, err, {JSON_BOOL("safe", x->safe)}, {JSON_BOOL("current", x->current)},
		{JSON_NUMBER("copies", x->copies)}, {JSON_NUMBER("shards", x->shards)},
		{JSON_NUMBER("bytes", x->bytes)}, {JSON_NUMBER("fewestCopies", x->sum.least)},
		{JSON_NUMBER("owed", x->sum.owed)}, {JSON_NUMBER("lost", x->sum.lost)},
		{JSON_NUMBER("bad", x->bad)}, {JSON_NUMBER("away", x->away)},
		{JSON_NUMBER("retired", x->retired)}, {JSON_NUMBER("damaged", x->damaged)},
		{JSON_NUMBER("stripes", x->stripes)}, {JSON_NUMBER("newRefs", x->new_refs)},
		{JSON_TEXT("newRef", x->new_ref)},
		{JSON_TEXT("code", x->code.data > 0 ? code_text(code, x->code) : NULL)},
		{JSON_TIME("proven", (int64_t)x->proven)},
		{JSON_TEXT("head", vv_cid_is_null(&x->head) ? NULL : vv_cid_shows(&x->head))});
}

/* Has this clone anything that no holder has? */
static bool is_new(const vv_vault_status *x)
{
	return x->unfinished || (!x->current && !x->only_places);
}

/* Prints content without any holder, before content with too few. */
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
		vv_out("new data of this clone has no copies yet; ");
	}
}

/* Prints the problems, the worst first. */
static void print_unsafe(const vv_vault_status *x)
{
	const char *some = is_new(x) ? "some of the rest" : "some data";

	vv_out("NOT SAFE: ");
	if (x->shards == 0) {
		vv_out("the vault is empty\n");
		return;
	}
	if (is_new(x)) {
		print_new(x);
	}
	if (x->sum.lost > 0) {
		vv_out("no holder is known to have %s; run 'varve vault repair' to seal the data of this clone again\n",
		       vv_text_counted(x->sum.lost, "shard", NULL));
	} else if (x->sum.least == 1 && x->copies > 1) {
		vv_out("%s has only 1 copy instead of %u: if its holder fails, the data is lost\n",
		       some, x->copies);
	} else if (x->sum.least < x->copies) {
		vv_out("%s has only %s instead of %u\n", some,
		       vv_text_counted(x->sum.least, "copy", "copies"), x->copies);
	} else if (is_new(x)) {
		vv_out("the rest has %s\n", vv_text_counted(x->sum.least, "copy", "copies"));
	} else if (x->damaged > 0) {
		vv_out("records of the vault's ledger are damaged at a holder\n");
	} else {
		vv_out("the list of holders in the vault is out of date; run 'varve vault replicate'\n");
	}
}

static void print_owed(const vv_vault_status *x, const vv_vault_session *s)
{
	const uint64_t owed = x->sum.owed - x->sum.hopeless;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_print_owed(&b, s, x->copies, false);
	vv_out("  %s missing: %s\n", vv_text_counted(owed, "copy is", "copies are"),
	       vv_buf_cstr(&b));
}

static void print_bad(const vv_vault_status *x)
{
	if (x->bad > 0) {
		vv_out("  %s missing or changed in the last audit%s\n",
		       vv_text_counted(x->bad, "copy was", "copies were"),
		       x->sum.owed > 0 ? "; run 'varve vault repair'"
				       : ", but enough others exist");
	}
}

static void print_status(const vv_vault_status *x, const vv_vault_session *s)
{
	char code[CODE_TEXT];

	if (x->safe) {
		print_safe(x, s);
		print_bad(x);
	} else {
		print_unsafe(x);
		if (x->sum.owed > x->sum.hopeless) {
			print_owed(x, s);
		}
		print_bad(x);
		if (x->damaged > 0) {
			vv_out("  %s of the ledger damaged at holders; run 'varve vault repair'\n",
			       vv_text_counted(x->damaged, "record", NULL));
		}
		if (x->unfinished) {
			vv_out("  the last run is unfinished; run 'varve vault replicate' to finish it\n");
		}
		if (is_new(x)) {
			vv_out("  run 'varve vault replicate' to copy new data to the holders\n");
		}
	}
	vv_out("in the vault: %s, %s; policy: ", vv_text_counted(x->shards, "shard", NULL),
	       vv_text_bytes(x->bytes));
	if (x->code.data > 0) {
		vv_out("stripes of %s, ", code_text(code, x->code));
	}
	vv_out("%s%s\n", vv_text_counted(x->copies, "copy", "copies"),
	       x->code.data > 0 ? " of the rest" : "");
	vv_array_each(s->places, s->place_count, p) {
		if (!p->holder && !p->config->dead) {
			vv_out_between("away: ", p->config->name, "");
			vv_out(", last reached %s\n",
			       p->seen > 0 ? vv_text_utc((int64_t)p->seen) : "never");
		} else if (p->refuses) {
			vv_out("accepts no new data: %s\n", p->why.message);
		}
	}
	vv_out("all copies proven: %s\n",
	       x->proven > 0 ? vv_text_utc((int64_t)x->proven) : "never");
	if (!vv_cid_is_null(&x->head)) {
		vv_out("head %s of %s\n", vv_cid_shows(&x->head),
		       vv_text_utc((int64_t)x->head_time));
	}
}

static vv_status print_state(vv_context *c, vv_vault_session *s, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_vault_status) x = {0};
	vv_status rc = vv_vault_status_get(&x, s, err);

	if (rc < 0) return rc;
	c->code = x.safe ? VV_EXIT_OK : VV_EXIT_NO;
	if (vv_wants_json(o->format)) {
		rc = print_json(&x, err);
	} else {
		print_status(&x, s);
	}
	return rc;
}

static vv_status run_status(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {
		.need_key = true, .quiet = true, .notes = &vv_notes_stderr, .idle_sec = o->timeout};
	vv_auto(vv_vault_session) s = {.lock = -1};
	const vv_status rc = vv_vault_session_open_to_read(&s, c->repo, &so, err);

	return rc < 0 ? rc : print_state(c, &s, err);
}

const vv_command vv_cmd_vault_status = {
	.name = "vault status",
	.group = "look",
	.summary = "show whether all sealed copies meet the policy",
	.usage = "[--timeout SECONDS] [--json]",
	.example = "$ varve vault status\n"
		   "safe: everything has 2 copies; the loss of any holder would lose no data\n"
		   "in the vault: 2 shards, 8.3 kB; policy: 2 copies\n"
		   "all copies proven: never\n"
		   "head bafyrei... of ...Z",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "some data does not meet the policy",
	.arguments = "",
	.takes = "",
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_status,
};
