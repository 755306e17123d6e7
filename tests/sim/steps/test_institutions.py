"""Steps of the institutions of the city alone."""

import numpy as np
import pytest

from agents.asset_managers import ASSET_MANAGERS
from agents.city_state import CityState
from agents.districts import District
from agents.fintech_firms import FintechFirms
from agents.institutions import Centre, FinancialInstitution, Institutions, Sector
from agents.licences import licence_stage_probability, licensed_share
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.banking.leverage import institutions_set_leverage
from sim.banking.state import ForcedSales, LendingCapacity
from sim.bond_market.state import GovernmentYield, ResidualHolders
from sim.component import Part
from sim.financing.state import Defaults
from sim.institutions.balance_sheets import balance_sheets_grow
from sim.institutions.city import city_states_move
from sim.institutions.component import INSTITUTIONS
from sim.institutions.districts import BOOKS_OFFSHORE, districts_crowd, shares_2020
from sim.institutions.equity import institutions_earn_and_lose, loans_bn
from sim.institutions.licences import licence_queue_moves
from sim.institutions.location import (
    AGGLOMERATION_TERMS,
    LOCATION_TERMS,
    entrants_choose,
    institutions_leave_and_move,
    location_terms,
)
from sim.institutions.managed_assets import managed_assets_grow
from sim.institutions.rivals import rivals_answer
from sim.institutions.state import (
    City,
    Districts,
    EquityFlows,
    LicenceQueue,
    ManagedMoney,
    RivalCentres,
    SeatFlows,
    SectorTraits,
)
from sim.side_markets.private_funds import PRIVATE_FUNDS
from sim.world.macro import MacroPath
from sim.world.policy import Channels
from tests.sim.steps.by_hand import PER_CLASS, YIELD_PCT, closes, population, run

SHANGHAI = Centre.SHANGHAI
NOBODY_LEAVES = {"institution_exit_hazard": 0.0, "headquarters_relocation_hazard": 0.0}
RESTLESS = {"headquarters_relocation_hazard": 50.0, "relocation_stay_bonus": 0.0}
NO_NOISE = {"bank_growth_sd": 0.0, "manager_return_sd": 0.0}


# The city among its rivals


def slow_states(on):
    return run(city_states_move, on)[City].slow_states


def test_at_the_seats_and_the_channels_of_2020_no_centre_moves(city):
    assert not slow_states(city()).any()


def test_until_the_base_year_is_over_the_present_is_what_crowding_is_measured_against(city):
    for month, moves in (("2021-01", False), ("2021-02", True)):
        on = city(month)
        on[City].seats_base_year = 0.5 * on[City].seats_base_year
        on[Districts].occupants_base_year = 0.5 * on[Districts].occupants_base_year
        assert slow_states(on).any() == moves
        assert (on[City].log_density != 0.0).any() == moves
        run(districts_crowd, on)
        assert np.allclose(on[Districts].shares, shares_2020() / shares_2020().sum(axis=1, keepdims=True)) != moves


def test_states_close_a_part_of_their_gap_each_month_at_their_own_speed(city):
    on = city(on_channels={"talent_international_share": 0.2, "legal_certainty": 0.8})
    first, parameters = slow_states(on).copy(), on[Parameters]
    second = slow_states(on)
    for state, speed in (
        (CityState.INTERNATIONAL_TALENT, parameters.talent_speed),
        (CityState.LAW, parameters.law_speed),
    ):
        assert second[state, SHANGHAI] / first[state, SHANGHAI] == pytest.approx(2.0 - speed)
    law = parameters.legal_certainty_slope * np.log(0.8 / 0.2 * 0.4 / 0.6)
    assert first[CityState.LAW, SHANGHAI] == pytest.approx(parameters.law_speed * law)


def test_a_crowded_city_gains_services_and_loses_talent_where_rents_eat_up_wages(city):
    def crowded(**parameters):
        on = city(on_parameters=parameters)
        on[City].seats_base_year = on[City].seats_base_year * np.where(np.arange(len(Centre)) == SHANGHAI, 0.5, 1.0)
        return slow_states(on)

    dear, cheap = crowded(congestion_elasticity=0.6), crowded(congestion_elasticity=0.0)
    assert dear[CityState.TALENT, SHANGHAI] < 0.0 < cheap[CityState.TALENT, SHANGHAI]
    for moved in (dear, cheap):
        assert moved[CityState.SERVICES, SHANGHAI] > 0.0 and not moved[CityState.SERVICES, 1:].any()
        # What one centre gains in relative wages the five others lose.
        assert moved[CityState.TALENT].sum() == pytest.approx(0.0, abs=1e-15)


def test_policy_for_talent_and_law_moves_its_own_state_of_the_city(city):
    for state, values in (
        (CityState.TALENT, {"talent_relocation_cost": 50.0}),
        (CityState.TALENT, {"qualification_cost": 50.0}),
        (CityState.INTERNATIONAL_TALENT, {"talent_international_share": 0.2}),
        (CityState.LAW, {"legal_certainty": 0.8}),
    ):
        moved = slow_states(city(on_channels=values))
        assert moved[state, SHANGHAI] > 0.0
        assert np.flatnonzero(moved[:, SHANGHAI]).tolist() == [state]


def test_rivals_that_swap_their_seats_swap_their_states(city):
    one, two = city(), city()
    one[RivalCentres].seats[..., 1] *= 1.5
    two[RivalCentres].seats[..., 3] *= 1.5
    order = [0, 1, 4, 3, 2, 5]
    np.testing.assert_allclose(slow_states(two), slow_states(one)[:, order], rtol=1e-12, atol=1e-15)


# Rivals


def answered(on, answer="matching", months=1):
    on[RivalCentres].answer = answer
    for _ in range(months):
        run(rivals_answer, on)
    return on[RivalCentres].response


def test_passive_rivals_answer_nothing_and_matching_ones_only_an_offer(city):
    offer = {"hq_location_benefit": 150.0}
    assert not answered(city(on_channels=offer), "passive").any()
    assert not answered(city()).any()
    assert answered(city(on_channels=offer)).max() > 0.0


def test_rivals_match_their_part_of_an_offer_in_time_and_never_more(city):
    on = city(on_channels={"hq_location_benefit": 150.0})
    offer = on[Parameters].hq_benefit_elasticity * np.log(1.5)
    matched = [answered(on)[0].max() for _ in range(120)]
    assert (np.diff(matched) > 0.0).all()
    assert matched[-1] == pytest.approx(on[Parameters].rival_matched_share * offer, rel=0.01)
    assert matched[-1] < on[Parameters].rival_matched_share * offer


# Districts


def district_shares(on):
    return run(districts_crowd, on)[Districts].shares


def test_districts_keep_the_shares_of_2020_while_nobody_comes_or_goes(city):
    np.testing.assert_allclose(district_shares(city()), shares_2020() / shares_2020().sum(axis=1, keepdims=True))


def test_a_district_that_fills_up_repels_other_classes_and_draws_its_own(city):
    on = city()
    before = district_shares(on).copy()
    here = on[FintechFirms]["in_shanghai"]
    on[FintechFirms]["district"][here] = District.ZHANGJIANG
    after = district_shares(on)
    assert after[-1, District.ZHANGJIANG] > before[-1, District.ZHANGJIANG]
    assert (after[:-1, District.ZHANGJIANG] < before[:-1, District.ZHANGJIANG]).all()
    np.testing.assert_allclose(after.sum(axis=1), 1.0)


def test_stronger_agglomeration_draws_more_of_a_class_to_where_it_gathers(city):
    def drawn(strength):
        on = city(on_channels={"agglomeration_strength": strength})
        on[Districts].occupants_base_year  # as they are before the firms move  # noqa: B018
        on[FintechFirms]["district"][on[FintechFirms]["in_shanghai"]] = District.ZHANGJIANG
        return district_shares(on)[-1, District.ZHANGJIANG]

    assert drawn(1.0) > drawn(0.5) > drawn(0.1)


def test_without_the_cost_of_rents_a_class_gathers_by_the_slope_and_strength_of_agglomeration(city):
    on = city(on_parameters={"location_cost_slope": 0.0}, on_channels={"agglomeration_strength": 0.8})
    before = on[Districts].occupants_base_year[-1]
    on[FintechFirms]["district"][on[FintechFirms]["in_shanghai"]] = District.ZHANGJIANG
    now = np.where(np.arange(len(District)) == District.ZHANGJIANG, before.sum(), 0.0)
    slope = 0.8 / on[Channels].baseline("agglomeration_strength") * on[Parameters].agglomeration_slope
    weights = shares_2020()[-1] * ((now + 1.0) / (before + 1.0)) ** slope
    np.testing.assert_allclose(district_shares(on)[-1], weights / weights.sum())


def test_a_wider_offshore_business_draws_those_who_book_it_to_lingang(city):
    gain = district_shares(city(on_channels={"offshore_business_scope": 0.5})) / district_shares(city())
    books = np.isin(np.arange(len(gain)), BOOKS_OFFSHORE)
    assert (gain[books, District.LINGANG] > 1.0).all()
    np.testing.assert_allclose(gain[~books], 1.0)


# Seats that close, move and come


def left(on):
    """Identities of those who stay after a month in which no newcomer came or some did."""
    return set(run(institutions_leave_and_move, on)[Institutions].unique_ids.tolist())


def test_without_hazards_every_seat_stays_and_none_comes(city):
    on = city(on_parameters=NOBODY_LEAVES)
    before = set(on[Institutions].unique_ids.tolist())
    seats = on[RivalCentres].seats.copy()
    assert left(on) == before
    assert (on[SeatFlows].exits, on[SeatFlows].moved_out, on[SeatFlows].moved_in) == (0, 0, 0)
    np.testing.assert_array_equal(on[RivalCentres].seats, seats)


def test_leavers_take_money_technology_and_commitments_along_and_all_counts_close(city):
    on = city(on_parameters={"institution_exit_hazard": 4.0, **RESTLESS})
    on[Institutions]["adopted"][::3] = True
    on[Institutions]["commitment_bn"] = np.where(on[Institutions]["sector"] == Sector.PRIVATE_FUND, 1.0, 0.0)
    left(on)
    flows = on[SeatFlows]
    assert flows.exits > 5 and flows.moved_out > 0 and on[ManagedMoney].taken_along > 0.0
    closes(INSTITUTIONS, on)
    closes(PRIVATE_FUNDS, on)


def test_whoever_leaves_at_a_low_hazard_leaves_at_a_higher_one(city):
    stays = [
        left(city(on_parameters={**NOBODY_LEAVES, "institution_exit_hazard": hazard})) for hazard in (0.0, 1.0, 6.0)
    ]
    assert stays[0] > stays[1] > stays[2]


def test_unprofitable_institutions_close_first_and_dear_ones_sooner(city):
    hazard = {**NOBODY_LEAVES, "institution_exit_hazard": 6.0, "exit_profitability_slope": 20.0}
    on = city(on_parameters=hazard)
    institutions = on[Institutions]
    profitability = dict(zip(institutions.unique_ids.tolist(), institutions["profitability"].tolist(), strict=True))
    stays = left(on)
    assert {profitability[identity] for identity in profitability if identity not in stays} == {-0.3, -1.0}
    assert -1.0 not in {profitability[identity] for identity in stays if identity in profitability}
    dear = city(on_parameters=NOBODY_LEAVES | {"institution_exit_hazard": 1.0}, on_channels={"operating_cost": 300.0})
    cheap = city(on_parameters=NOBODY_LEAVES | {"institution_exit_hazard": 1.0}, on_channels={"operating_cost": 100.0})
    assert left(dear) < left(cheap)


def test_a_crowded_city_is_dear_and_technology_lowers_the_cost_of_those_who_have_it(city):
    on = city(on_parameters={**NOBODY_LEAVES, "adoption_cost_effect": -10.0}, on_channels={"operating_cost": 120.0})
    on[City].log_density[SHANGHAI] = np.log(2.0)
    on[Institutions]["adopted"][::2] = True
    left(on)
    parameters = on[Parameters]
    cost = 120.0 * 2.0 ** (parameters.congestion_elasticity - parameters.agglomeration_productivity)
    assert on[City].operating_cost == pytest.approx(cost)
    adopted = on[Institutions]["adopted"]
    np.testing.assert_allclose(on[Institutions]["unit_cost"], np.where(adopted, 0.9, 1.0) * cost)


def test_rivals_lose_seats_at_the_same_hazard_as_the_city(city):
    on = city(on_parameters={**NOBODY_LEAVES, "institution_exit_hazard": 0.6})
    seats = on[RivalCentres].seats.copy()
    left(on)
    np.testing.assert_allclose(on[RivalCentres].seats, 0.95 * seats)


def test_more_seats_come_from_rivals_that_reconsider_where_the_city_is_better(city):
    def came(benefit):
        moves = {"institution_exit_hazard": 0.0, "headquarters_relocation_hazard": 5.0, "relocation_stay_bonus": 1.0}
        on = city(on_parameters=moves, on_channels={"hq_location_benefit": benefit})
        left(on)
        return on[SeatFlows].moved_in, on[SeatFlows].moved_out

    (worse_in, worse_out), (better_in, better_out) = came(10.0), came(1000.0)
    assert better_in > worse_in and better_out < worse_out


def test_seats_move_to_the_rival_that_offers_most(city):
    moves = {**RESTLESS, "institution_exit_hazard": 0.0, "headquarters_relocation_hazard": 6.0}
    on = city(on_parameters=moves)
    others = [1e-9] * (len(Centre) - 1)
    others[Centre.HONG_KONG - 1] = 0.8
    on[RivalCentres].entrant_share = np.array([0.2, *others])
    before = on[RivalCentres].seats.sum(axis=(0, 1))
    left(on)
    gained = on[RivalCentres].seats.sum(axis=(0, 1)) - before
    assert on[SeatFlows].moved_out > 5
    assert gained[Centre.HONG_KONG - 1] > 5.0 and np.delete(gained, Centre.HONG_KONG - 1).max() <= 0.0


def test_a_stronger_bond_to_the_seat_keeps_seats_where_they_are_here_and_elsewhere(city):
    flows = []
    for bonus in (0.0, 2.0, 50.0):
        on = city(on_parameters={**RESTLESS, "institution_exit_hazard": 0.0, "relocation_stay_bonus": bonus})
        left(on)
        flows.append((on[SeatFlows].moved_out, on[SeatFlows].moved_in))
    assert flows[0] > flows[1] > flows[2] == (0, 0) and flows[0][1] > flows[1][1] > 0


def test_young_and_large_institutions_move_more_often_and_those_short_of_capital_close_more_often(city):
    on = city(on_parameters={**NOBODY_LEAVES, "seat_experience_slope": 0.3, "seat_size_slope": 0.1})
    institutions, first = on[Institutions], np.arange(len(on[Institutions])) == 0
    institutions["years_before"][0] = 0.0
    institutions["equity_bn"][0] *= 0.5
    left(on)
    years = institutions["bond_of_experience"]
    assert years[first] < years[~first].min()
    sector = institutions["sector"].astype(np.int64)
    for each in np.unique(sector):
        size, bond = institutions["assets_bn"][sector == each], institutions["bond_of_size"][sector == each]
        assert (np.argsort(size) == np.argsort(-bond)).all()
    assert institutions["opening_capital_gap"][0] == pytest.approx(np.log(2.0))
    np.testing.assert_allclose(institutions["opening_capital_gap"][1:], 0.0, atol=1e-12)


def test_seats_that_move_away_are_seats_of_a_rival(city):
    on = city(on_parameters={"institution_exit_hazard": 0.0, **RESTLESS})
    before = on[RivalCentres].seats.sum()
    left(on)
    flows = on[SeatFlows]
    assert flows.moved_out > 0 and flows.moved_in > 0 and flows.exits == 0
    assert on[RivalCentres].seats.sum() == pytest.approx(before + flows.moved_out - flows.moved_in)


# Licences


def with_filings(on, count=20):
    on[LicenceQueue].waiting[...] = count
    on[LicenceQueue].filed = int(on[LicenceQueue].waiting.sum())
    return on


def test_an_empty_queue_licenses_nobody(city):
    on = run(licence_queue_moves, city())
    assert len(on[Institutions]) == len(Sector) * PER_CLASS and on[SeatFlows].entries == 0


def test_filings_are_licensed_withdrawn_or_wait(city):
    on = run(licence_queue_moves, with_filings(city()))
    assert on[LicenceQueue].licensed == on[SeatFlows].entries > 0 and on[LicenceQueue].withdrawn > 0
    assert len(on[Institutions]) == len(Sector) * PER_CLASS + on[SeatFlows].entries
    closes(INSTITUTIONS, on)


def test_where_every_stage_takes_a_month_all_filings_move_by_one(city):
    on = with_filings(city(on_parameters={"licence_queue_months": 1.0, "licence_withdrawal": 0.0}), 3)
    run(licence_queue_moves, on)
    assert on[SeatFlows].entries == 3 * 2 * len(Sector)
    assert not on[LicenceQueue].waiting[0].any() and (on[LicenceQueue].waiting[1:] == 3).all()


def test_in_the_pandemic_year_offices_work_at_a_part_of_their_pace(city):
    for month, stands_still in (("2020-12", True), ("2021-01", False)):
        on = with_filings(city(month, on_parameters={"entry_factor_2020": 0.0}))
        run(licence_queue_moves, on)
        assert ((on[LicenceQueue].waiting == 20).all() and on[LicenceQueue].withdrawn == 0) == stands_still


def test_what_is_withdrawn_is_not_licensed_in_the_same_month(city):
    on = with_filings(city(on_parameters={"licence_queue_months": 1.0, "licence_withdrawal": 0.5}), 40)
    run(licence_queue_moves, on)
    queue = on[LicenceQueue]
    assert queue.withdrawn == pytest.approx(0.5 * queue.filed, rel=0.1)
    assert queue.filed - queue.withdrawn == queue.licensed + queue.waiting.sum()
    assert not queue.waiting[0].any()


def test_newcomers_are_of_the_class_that_filed_and_their_sheets_balance(city):
    on = city(on_parameters={"licence_queue_months": 1.0, "licence_withdrawal": 0.0})
    on[LicenceQueue].waiting[-1, Sector.FUND, 1] = 5
    run(licence_queue_moves, on)
    new = slice(len(Sector) * PER_CLASS, None)
    institutions, traits = on[Institutions], on[SectorTraits]
    assert (institutions["sector"][new] == Sector.FUND).all() and institutions["foreign"][new].all()
    assert len(institutions["sector"][new]) == 5
    np.testing.assert_allclose(
        institutions["assets_bn"][new], institutions["equity_bn"][new] + institutions["liabilities_bn"][new]
    )
    ratio = institutions["equity_bn"][new] / institutions["assets_bn"][new]
    np.testing.assert_allclose(ratio, institutions["normal_equity_ratio"][new])
    np.testing.assert_allclose(ratio, traits.equity_ratio[Sector.FUND], rtol=1.0)
    assert len(np.unique(ratio)) == 5
    np.testing.assert_allclose(institutions["opening_equity_bn"][new], institutions["equity_bn"][new])
    assert on[EquityFlows].brought_along_bn == pytest.approx(institutions["equity_bn"][new].sum())
    assert on[ManagedMoney].brought_along == pytest.approx(institutions["managed_assets"][new].sum())


# Entrants


def filed(on):
    return run(entrants_choose, on)[SeatFlows]


def test_nobody_files_in_a_city_that_is_locked_down_and_rivals_gain_as_before(city):
    usual, locked = city(), city(on_shocks={"lockdown": 0.0})
    assert filed(usual).entrants_to_shanghai > 0.0 and filed(locked).entrants_to_shanghai == 0.0
    assert on_queue(locked) == 0 < on_queue(usual)
    np.testing.assert_array_equal(locked[RivalCentres].seats, usual[RivalCentres].seats)


def on_queue(on):
    closes(INSTITUTIONS, on)
    return on[LicenceQueue].filed


def test_a_better_offer_wins_entrants_from_rivals_and_finds_new_ones(city):
    usual, better = city(), city(on_channels={"institution_setup_cost": 50.0})
    plain, won = filed(usual), filed(better)
    assert won.entrants_to_shanghai > plain.entrants_to_shanghai
    assert won.entrants_looking > plain.entrants_looking
    assert (better[RivalCentres].seats < usual[RivalCentres].seats).all()


def test_fewer_look_for_a_centre_in_the_pandemic_year_and_not_after_it(city):
    for month, factor in (("2020-12", 0.5), ("2021-01", 1.0)):
        usual, pandemic = (filed(city(month, on_parameters={"entry_factor_2020": f})) for f in (1.0, 0.5))
        assert pandemic.entrants_looking == pytest.approx(factor * usual.entrants_looking)
        assert pandemic.entrants_to_shanghai == pytest.approx(factor * usual.entrants_to_shanghai)


def test_foreign_owners_come_when_the_cap_on_their_share_is_lifted_and_the_rush_fades_by_half(city):
    def rush(month):
        """Entrants of rivals by sector and ownership, over those without a jump."""
        gains = []
        for jump in (0.8, 0.0):
            on = city(month, on_parameters={"ownership_cap_removal_jump": jump, "ownership_cap_half_life": 24.0})
            seats = on[RivalCentres].seats.copy()
            filed(on)
            gains.append((on[RivalCentres].seats - seats).sum(axis=-1))
        return gains[0] / gains[1]

    before, lifted, later = rush("2020-11"), rush("2020-12"), rush("2022-12")
    assert before[Sector.BROKER, 1] == 1.0
    assert lifted[Sector.BROKER, 1] == pytest.approx(np.exp(0.8))
    assert later[Sector.BROKER, 1] == pytest.approx(np.exp(0.4))
    np.testing.assert_allclose(lifted[:, 0], 1.0)
    assert lifted[Sector.BANK, 1] == 1.0


def test_rivals_license_the_same_part_of_those_who_file_with_them(city):
    on = city()
    before, flows = on[RivalCentres].seats.sum(), filed(on)
    parameters = on[Parameters]
    part = licensed_share(licence_stage_probability(parameters.licence_queue_months), parameters.licence_withdrawal)
    rivals = flows.entrants_looking - flows.entrants_to_shanghai
    assert on[RivalCentres].seats.sum() - before == pytest.approx(part * rivals)


def test_where_location_is_a_zero_sum_game_an_offer_finds_nobody_new(city):
    zero_sum = {"inclusive_value_weight": 0.0}
    usual = filed(city(on_parameters=zero_sum))
    better = filed(city(on_parameters=zero_sum, on_channels={"institution_setup_cost": 50.0}))
    assert better.entrants_looking == pytest.approx(usual.entrants_looking)
    assert better.entrants_to_shanghai > usual.entrants_to_shanghai


def test_a_wider_scope_of_licences_draws_foreign_entrants_alone(city):
    usual, wider = city(), city(on_channels={"licence_scope": 0.9})
    filed(usual), filed(wider)
    gain = wider[RivalCentres].seats - usual[RivalCentres].seats
    np.testing.assert_array_equal(gain[:, 0], 0.0)
    assert (gain[:, 1] < 0.0).all()


def test_without_agglomeration_the_seats_of_rivals_draw_nobody(city):
    def won(*off):
        on = city(off=off)
        on[RivalCentres].seats *= 2.0
        return filed(on).entrants_to_shanghai

    assert won() < won("agglomeration") == pytest.approx(filed(city(off=("agglomeration",))).entrants_to_shanghai)


# Balance sheets


def test_without_noise_balance_sheets_grow_at_the_trend_of_their_sector(city):
    on = city(on_parameters=NO_NOISE)
    before = {name: on[Institutions][name].copy() for name in ("assets_bn", "equity_bn")}
    grows = {"assets_bn"}
    run(balance_sheets_grow, on)
    institutions, parameters = on[Institutions], on[Parameters]
    lends = np.isin(institutions["sector"], (Sector.BANK, Sector.INSURER))
    growth = np.exp(np.where(lends, parameters.bank_asset_growth, parameters.assets_organic_growth) / 12.0)
    for name, column in before.items():
        np.testing.assert_allclose(institutions[name], column * (growth if name in grows else 1.0))
    np.testing.assert_allclose(on[ResidualHolders].size, [growth[lends][0], growth[~lends][0]])


def test_assets_are_liabilities_and_equity_and_holders_grow_with_those_behind_them(city):
    on = city()
    lends = np.isin(on[Institutions]["sector"], (Sector.BANK, Sector.INSURER))
    before = [on[Institutions]["assets_bn"][group].sum() for group in (lends, ~lends)]
    run(balance_sheets_grow, on)
    institutions = on[Institutions]
    np.testing.assert_allclose(institutions["assets_bn"], institutions["liabilities_bn"] + institutions["equity_bn"])
    np.testing.assert_allclose(institutions["bonds_bn"], 0.3 * institutions["assets_bn"])
    after = [institutions["assets_bn"][group].sum() for group in (lends, ~lends)]
    np.testing.assert_allclose(on[ResidualHolders].size, np.divide(after, before))


def test_balance_sheets_in_another_currency_grow_alike(city):
    one, two = city(), city()
    for name in ("assets_bn", "equity_bn", "liabilities_bn", "bonds_bn"):
        two[Institutions][name] *= 7.0
    for on in (one, two):
        run(balance_sheets_grow, on)
    np.testing.assert_allclose(two[Institutions]["assets_bn"], 7.0 * one[Institutions]["assets_bn"])
    np.testing.assert_allclose(two[ResidualHolders].size, one[ResidualHolders].size)


def test_noise_in_growth_is_fair_and_profits_revert_at_their_persistence(city):
    on = city(on_parameters={"bank_growth_sd": 1.0, "assets_organic_growth": 0.0})
    on[Institutions] = population(
        FinancialInstitution, 6000, sector=np.arange(6000) % 2 * int(Sector.FUND), assets_bn=1.0, profitability=3.0
    )
    run(balance_sheets_grow, on)
    fund = on[Institutions]["sector"] == Sector.FUND
    assert on[Institutions]["assets_bn"][fund].mean() == pytest.approx(1.0, abs=0.02)
    assert on[Institutions]["assets_bn"][fund].std() == pytest.approx(12.0**-0.5, rel=0.1)
    kept, profitability = on[Parameters].profitability_persistence, on[Institutions]["profitability"]
    assert profitability.mean() == pytest.approx(3.0 * kept, abs=0.02)
    assert profitability.var() == pytest.approx(1.0 - kept**2, rel=0.1)


# Equity


def earned(on):
    """The centre after its institutions earned and lost; nothing else moves equity."""
    run(institutions_earn_and_lose, on)
    closes(INSTITUTIONS, on)
    return on[Institutions]


def return_on_equity(institutions):
    return (institutions["income_bn"] - institutions["losses_bn"]) / institutions["opening_equity_bn"]


def test_at_the_yields_and_defaults_of_2020_institutions_earn_their_usual_return(city):
    on = city()
    on[Institutions]["profitability"][:] = 0.0
    np.testing.assert_allclose(return_on_equity(earned(on)), on[SectorTraits].return_on_equity[0] / 12.0)


def test_at_their_target_equity_grows_in_step_with_assets_and_leverage_stays(city):
    on = city(on_parameters={**NO_NOISE, "return_on_equity_spread": 0.0})
    before = on[Institutions]["assets_bn"] / on[Institutions]["equity_bn"]
    for _ in range(24):
        Part(INSTITUTIONS.opens).on(on)
        run(balance_sheets_grow, on)
        earned(on)
    np.testing.assert_allclose(on[Institutions]["assets_bn"] / on[Institutions]["equity_bn"], before, rtol=0.01)


def test_leverage_of_an_institution_moves_with_its_own_growth_and_its_own_return(city):
    on = city(on_parameters={"bank_growth_sd": 0.1})
    before = on[Institutions]["assets_bn"] / on[Institutions]["equity_bn"]
    run(balance_sheets_grow, on)
    growth = np.log(on[Institutions]["assets_bn"] / before / on[Institutions]["equity_bn"])
    change = np.log(on[Institutions]["assets_bn"] / earned(on)["equity_bn"] / before)
    assert change.std() > 0.01
    # Adrian and Shin (2010): leverage rises where the balance sheet grows, since equity does not follow at once.
    assert np.corrcoef(growth, change)[0, 1] > 0.9


def test_leverage_falls_when_volatility_makes_institutions_repay_repo(city):
    ratios = []
    for volatility in (2.9, 3.9):
        on = city(on_parameters={**NO_NOISE, "leverage_noise": 0.0, "leverage_own_noise": 0.0})
        on[Institutions]["profitability"][:] = 0.0
        calm = on[Parameters].volatility_mean - 2.9
        on[ForcedSales].log_volatility = volatility - on[MacroPath].log_volatility[0] + calm
        run(institutions_set_leverage, on)
        size = on[ResidualHolders].size.copy()
        run(balance_sheets_grow, on)
        institutions = earned(on)
        ratios.append((institutions["assets_bn"] / institutions["equity_bn"], on[ResidualHolders].size / size))
    (calm_ratio, calm_size), (ratio, size) = ratios
    borrows = on[Institutions]["normal_leverage"] > 0.0
    assert (ratio[borrows] < calm_ratio[borrows]).all()
    np.testing.assert_allclose(ratio[~borrows], calm_ratio[~borrows])
    np.testing.assert_allclose(size, calm_size)


def written_off(on, security, amount_bn):
    on[SecurityBook].defaulted_bn[security] += amount_bn
    return on


def test_what_issuers_write_off_costs_the_holders_of_the_class_and_nobody_when_switched_off(city):
    plain = earned(city())["equity_bn"]
    hit = written_off(city(), SecurityClass.CORPORATE, 120.0)
    lost = plain - earned(hit)["equity_bn"]
    book, bonds = hit[SecurityBook], hit[Institutions]["bonds_bn"]
    part = 120.0 / book.opening_bn[SecurityClass.CORPORATE]
    before = book.opening_holdings_bn[1:]
    rate = part * before[:, SecurityClass.CORPORATE] / before.sum(axis=1)
    lends = np.isin(hit[Institutions]["sector"], (Sector.BANK, Sector.INSURER))
    losses = hit[Institutions]["losses_bn"] - earned(city())["losses_bn"]
    np.testing.assert_allclose(losses, bonds * rate[np.where(lends, 0, 1)])
    assert (lost > 0.0).all() and lost.sum() < losses.sum()  # part of it is a smaller dividend and new capital
    off = earned(written_off(city(off=("credit_losses",)), SecurityClass.CORPORATE, 120.0))
    assert not off["losses_bn"].any()


def test_defaults_beyond_those_expected_cost_lenders_on_their_loans_too(city):
    on, calm = city(), city()
    on[Defaults].unexpected_share = 0.02
    more = earned(on)["losses_bn"] - earned(calm)["losses_bn"]
    lends = np.isin(on[Institutions]["sector"], (Sector.BANK, Sector.LEASING))
    parameters = on[Parameters]
    rate = 0.02 * parameters.nonperforming_response * parameters.loan_loss_given_default
    np.testing.assert_allclose(more[lends], rate * loans_bn(on[Institutions])[lends])
    assert not more[~lends].any()


def test_a_rise_of_yields_lowers_the_value_of_bonds_and_a_higher_margin_pays(city):
    rises = city()
    rises[GovernmentYield].last_month_pct -= 0.5
    usual, less = earned(city())["income_bn"], earned(rises)["income_bn"]
    fund = rises[Institutions]["sector"] == Sector.FUND
    bonds, duration = rises[Institutions]["bonds_bn"][fund], rises[Parameters].managed_bond_duration
    np.testing.assert_allclose((less - usual)[fund], -0.005 * duration * bonds)
    wide = city(on_parameters={"bank_margin_yield_slope": 0.5}, on_world={"china_yield_pct": YIELD_PCT + 1.0})
    flat = city(on_parameters={"bank_margin_yield_slope": 0.0}, on_world={"china_yield_pct": YIELD_PCT + 1.0})
    gain = earned(wide)["income_bn"] - earned(flat)["income_bn"]
    assert (gain[loans_bn(wide[Institutions]) > 0.0] >= 0.0).all()


def test_an_institution_whose_equity_is_gone_is_refilled_by_its_owners(city):
    on = city()
    on[Institutions]["equity_bn"][0] = on[Institutions]["opening_equity_bn"][0] = -1.0
    institutions = earned(on)
    least = on[Parameters].least_equity_ratio * institutions["assets_bn"][0]
    assert institutions["equity_bn"][0] == pytest.approx(least)
    assert institutions["raised_bn"][0] > least


def test_institutions_short_of_capital_grow_less_lend_less_and_those_below_the_minimum_sell(city):
    on, off = city(on_parameters=NO_NOISE), city(on_parameters=NO_NOISE, off=("bank_capital",))
    for each in (on, off):
        banks = np.flatnonzero(each[Institutions]["sector"] == Sector.BANK)
        each[Institutions]["equity_bn"][banks[0]] *= 0.5
        Part(INSTITUTIONS.opens).on(each)
        earned(each)
    institutions, first = on[Institutions], banks[0]
    assert institutions["capital_room"][first] == 0.0 and institutions["excess_leverage"][first] > 0.2
    assert (np.delete(institutions["capital_room"], first) > 0.9).all()
    loans = loans_bn(institutions)[banks]
    assert on[LendingCapacity].share == pytest.approx(1.0 - loans[0] / loans.sum(), abs=0.05)
    assert off[LendingCapacity].share == 1.0
    before = institutions["assets_bn"].copy()
    run(balance_sheets_grow, on)
    growth = institutions["assets_bn"] / before - 1.0
    assert growth[first] < -0.1 and (growth[banks[1:]] > 0.0).all()
    held = before[first] * on[SectorTraits].bond_share[Sector.BANK]
    assert on[ForcedSales].of_assets_bn == pytest.approx(
        held * -np.expm1(-on[Parameters].leverage_adjustment * institutions["excess_leverage"][first])
    )


def test_tighter_supervision_makes_institutions_hold_more_capital_and_leaves_less_room(city):
    usual, tight = city(), city(on_channels={"macropru_tightness": 0.9})
    for on in (usual, tight):
        earned(on)
    assert (tight[Institutions]["equity_bn"] > usual[Institutions]["equity_bn"]).all()
    for on in (usual, tight):
        on[Institutions]["equity_bn"][:] *= 0.78
        Part(INSTITUTIONS.opens).on(on)
        earned(on)
    assert (tight[Institutions]["capital_room"] < usual[Institutions]["capital_room"]).all()
    assert tight[LendingCapacity].share < usual[LendingCapacity].share < 1.0


# Managed money


def test_managed_money_moves_by_returns_and_flows_and_nobody_else_manages_any(city):
    on = run(managed_assets_grow, city())
    manages = on[SectorTraits].manages[on[Institutions]["sector"]]
    assert (on[Institutions]["managed_assets"][manages] > 0.0).all()
    assert not on[Institutions]["managed_assets"][~manages].any()
    assert on[ManagedMoney].returns != 0.0 and on[ManagedMoney].net_flow != 0.0
    closes(INSTITUTIONS, on)


def test_a_rise_of_the_yield_costs_managers_its_duration(city):
    def returned(last_month_pct):
        on = city(on_parameters=NO_NOISE)
        on[GovernmentYield].last_month_pct = last_month_pct
        run(managed_assets_grow, on)
        assert on[GovernmentYield].last_month_pct == YIELD_PCT
        return on[ManagedMoney].returns / on[ManagedMoney].opening, on[Parameters].managed_bond_duration

    (still, duration), (rose, _) = returned(YIELD_PCT), returned(YIELD_PCT - 1.0)
    assert rose - still == pytest.approx(-0.75 * duration / 100.0)


def test_clients_follow_performance_and_leave_after_misconduct(city):
    on = city(on_parameters=NO_NOISE)
    usual = run(managed_assets_grow, city(on_parameters=NO_NOISE))[ManagedMoney].net_flow
    on[Institutions]["trailing_excess_return"] = 0.05
    assert run(managed_assets_grow, on)[ManagedMoney].net_flow > usual
    worse = city(on_parameters=NO_NOISE, on_channels={"misconduct_rate": 200.0})
    assert run(managed_assets_grow, worse)[ManagedMoney].net_flow < usual


def test_what_a_manager_earns_over_its_class_is_remembered_for_a_year_and_has_its_spread(city):
    on = city(on_parameters={"manager_return_sd": 0.2})
    on[Institutions] = population(
        FinancialInstitution, 4000, sector=int(Sector.FUND), managed_assets=1.0, trailing_excess_return=0.12, district=0
    )
    run(managed_assets_grow, on)
    trailing = on[Institutions]["trailing_excess_return"]
    assert trailing.mean() == pytest.approx(0.11, abs=0.005)
    assert trailing.std() == pytest.approx(0.2 / 12.0**0.5, rel=0.05)
    closes(INSTITUTIONS, on)


def test_no_client_takes_out_more_than_is_there(city):
    on = city()
    on[Institutions]["trailing_excess_return"] = -100.0
    run(managed_assets_grow, on)
    assert on[Institutions]["managed_assets"].min() == 0.0
    closes(INSTITUTIONS, on)


def test_a_sector_that_everybody_has_left_is_entered_at_the_size_of_the_median_institution(city):
    on = with_filings(city("2022-01", on_parameters={"licence_withdrawal": 0.0, "institution_entrant_spread": 0.0}))
    institutions = on[Institutions]
    institutions.remove(np.flatnonzero(institutions["sector"] == Sector.FUTURES))
    on[LicenceQueue].waiting[:] = 0
    on[LicenceQueue].waiting[-1, Sector.FUTURES] = 10_000
    usual = float(np.median(institutions["assets_bn"]))
    run(licence_queue_moves, on)
    entrants = on[Institutions]["assets_bn"][on[Institutions]["sector"] == Sector.FUTURES]
    assert len(entrants) > 100 and np.allclose(entrants, usual)


# What draws an entrant, term by term


def terms(on):
    return Part(location_terms).on(on)


def test_seats_pull_by_the_slope_of_location_choice_and_those_of_foreigners_by_one_of_their_own(city):
    on = city()
    before = terms(on)
    on[RivalCentres].seats[Sector.BANK, :, Centre.HONG_KONG - 1] *= 2.0
    pull = terms(on) - before
    own, foreign = (LOCATION_TERMS.index(term) for term in AGGLOMERATION_TERMS)
    parameters = on[Parameters]
    np.testing.assert_allclose(
        pull[own, Sector.BANK, :, Centre.HONG_KONG], parameters.agglomeration_slope * np.log(2.0)
    )
    assert pull[foreign, Sector.BANK, 1, Centre.HONG_KONG] == pytest.approx(
        parameters.agglomeration_slope_foreign * np.log(2.0)
    )
    assert np.count_nonzero(pull) == 3
    # The slope of a choice is no productivity elasticity.
    assert parameters.agglomeration_slope > 5.0 * parameters.agglomeration_productivity


def test_a_cheaper_set_up_of_asset_managers_draws_them_alone_to_the_city(city):
    gain = terms(city(on_channels={"asset_manager_setup_cost": 5.0})) - terms(city())
    classes, _, centres = (set(place.tolist()) for place in np.nonzero(gain.sum(axis=0)))
    assert classes == set(ASSET_MANAGERS) and centres == {SHANGHAI}
    assert gain.max() > 0.0 == gain.min()


def test_money_follows_the_managers_that_did_well(city):
    on = city(on_parameters=NO_NOISE)
    institutions = on[Institutions]
    rows = np.flatnonzero(institutions["managed_assets"] > 0.0)
    institutions["trailing_excess_return"][rows] = np.where(np.arange(len(rows)) % 2 == 0, 0.05, -0.05)
    before = institutions["managed_assets"][rows].copy()
    run(managed_assets_grow, on)
    growth = institutions["managed_assets"][rows] / before
    assert growth[::2].min() > growth[1::2].max()


def test_what_the_city_offers_its_entrants_counts_by_the_slope_of_the_environment(city):
    on = city(on_parameters={"location_environment_slope": 0.4})
    before = terms(on)
    on[City].slow_states[CityState.TALENT, SHANGHAI] = 0.5
    gain = terms(on) - before
    np.testing.assert_allclose(gain.sum(axis=0)[..., SHANGHAI], 0.2)
    assert not np.delete(gain, SHANGHAI, axis=-1).any()


def test_stronger_agglomeration_scales_both_of_its_terms(city):
    def pull(strength):
        on = city(on_channels={"agglomeration_strength": strength})
        on[RivalCentres].seats *= 3.0
        return terms(on)[[LOCATION_TERMS.index(term) for term in AGGLOMERATION_TERMS]]

    usual = city()[Channels].baseline("agglomeration_strength")
    assert pull(usual).any(axis=(1, 2, 3)).all()
    np.testing.assert_allclose(pull(2.0 * usual), 2.0 * pull(usual))


def test_each_offer_stands_in_its_own_term_and_rivals_that_match_it_add_to_the_same(city):
    offers = {
        "package of the city": {"institution_setup_cost": 50.0},
        "set-up of asset managers": {"asset_manager_setup_cost": 50.0},
        "scope of licences": {"licence_scope": 0.9},
    }
    usual = terms(city())
    for name, channels in offers.items():
        gain = terms(city(on_channels=channels)) - usual
        assert {LOCATION_TERMS[place] for place in np.flatnonzero(gain.any(axis=(1, 2, 3)))} == {name}
    on = city()
    on[RivalCentres].response[:] = np.array([0.1, 0.2, 0.3])[:, None, None]
    matched = terms(on) - usual
    for place, name in enumerate(offers):
        np.testing.assert_allclose(matched[LOCATION_TERMS.index(name)][..., 1:], 0.1 * (place + 1))
    assert not matched[..., SHANGHAI].any()


def test_newcomers_differ_as_their_class_does(city):
    on = with_filings(
        city(on_parameters={"licence_withdrawal": 0.0, "licence_queue_months": 1.0, "headquarters_share": 0.2}), 0
    )
    institutions, traits = on[Institutions], on[SectorTraits]
    median, money = (
        np.array([np.median(institutions[name][institutions["sector"] == each]) for each in Sector])
        for name in ("assets_bn", "managed_assets")
    )
    on[LicenceQueue].waiting[-1] = 300
    before = len(institutions)
    run(licence_queue_moves, on)
    new = {name: institutions[name][before:] for name in institutions.agent_type.columns if name != "neighbours"}
    kind, spread = new["sector"], on[Parameters].institution_entrant_spread
    size = np.log(new["assets_bn"] / median[kind])
    assert size.mean() == pytest.approx(0.0, abs=0.05 * spread) and size.std() == pytest.approx(spread, rel=0.05)
    manages = traits.manages[kind]
    clients = np.log(new["managed_assets"][manages] / money[kind[manages]])
    np.testing.assert_allclose(clients, 0.5 * size[manages] / spread)
    assert not new["managed_assets"][~manages].any()
    np.testing.assert_allclose(new["bonds_bn"], new["assets_bn"] * traits.bond_share[kind])
    assert new["headquarters"].mean() == pytest.approx(0.2, abs=0.03)
    for name in ("local_leaning", "profitability"):
        assert new[name].mean() == pytest.approx(0.0, abs=0.05) and new[name].std() == pytest.approx(1.0, abs=0.05)
    assert abs(np.corrcoef(new["profitability"], size)[0, 1]) < 0.1
    borrows = traits.borrows_repo[kind] | (kind == Sector.BANK)
    np.testing.assert_array_equal(new["normal_leverage"] > 0.0, borrows)


def test_a_manager_that_earns_more_than_its_class_in_a_month_manages_more_at_its_end(city):
    on = city(on_parameters={"manager_return_sd": 0.2})
    on[Institutions] = population(FinancialInstitution, 500, sector=int(Sector.FUND), managed_assets=1.0, district=0)
    run(managed_assets_grow, on)
    earned, managed = on[Institutions]["trailing_excess_return"], on[Institutions]["managed_assets"]
    assert np.corrcoef(earned, managed)[0, 1] > 0.99
