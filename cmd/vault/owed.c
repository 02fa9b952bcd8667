/*
 * owed: the reasons in the order in which they can be helped.
 */
#include "cmd/vault/owed.h"

#include "base/array.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/vault/work/spread.h"

/* The first holder that accepts nothing: unreachable, or with `answered` one that sent a reason. NULL: none. */
static const vv_vault_place *find_place(const vv_vault_session *s, bool answered)
{
	return vv_array_find(s->places, s->place_count, p,
			     (!p->holder || p->refuses) && !p->config->dead &&
				     vv_vault_place_answered(p) == answered);
}

void vv_print_owed(vv_buf *b, const vv_vault_session *s, unsigned copies, bool tried)
{
	const vv_code code = s->policy.code;
	const unsigned wanted = code.data > 0 ? vv_code_shards(code) : copies;
	const size_t domains = vv_spread_domains(s, true);
	const vv_vault_place *refuses = find_place(s, true), *away = find_place(s, false);

	if (!tried && domains >= wanted) {
		vv_buf_printf(b, "run 'varve vault replicate' to make them");
	} else if (away) {
		vv_buf_printf(
			b,
			"the holder '%s' cannot be reached; run 'varve vault replicate' when it is back, or add another with 'varve vault holder add'",
			vv_text_shows(away->config->name));
	} else if (refuses) {
		/* its own message contains the reason and the hint */
		vv_error why = refuses->why;

		vv_hint_word(&why, vv_hint_words);
		vv_buf_printf(b, "%s; %s", why.message,
			      why.hint[0] ? why.hint : "give it room, or add another holder");
	} else if (domains < wanted && code.data > 0) {
		vv_buf_printf(
			b,
			"the holders are in only %s, and the %u+%u shards of a stripe need %u; add holders elsewhere ('varve vault holder add')",
			vv_text_counted(domains, "failure domain", NULL), code.data, code.parity,
			wanted);
	} else if (domains < wanted) {
		vv_buf_printf(
			b,
			"the holders are in only %s, and %s required; add a holder elsewhere ('varve vault holder add'), or require fewer ('varve vault replicate --copies %zu')",
			vv_text_counted(domains, "failure domain", NULL),
			vv_text_counted(copies, "copy is", "copies are"),
			domains > 0 ? domains : 1);
	} else {
		vv_buf_printf(b, "run 'varve vault replicate' to try again");
	}
}

void vv_print_failing(const vv_vault_session *s)
{
	vv_array_each(s->places, s->place_count, p) {
		if ((!p->holder || p->refuses) && !p->config->dead) {
			vv_warn("%s", p->why.message);
		}
	}
}
