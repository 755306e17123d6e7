/* The micro-model of rules.py in C: one pass over the agents a month, in blocks that stay in the first cache.
 *
 * A random number is a hash of the agent's number and of the draw, so that loops have no state to carry and the
 * compiler can compute several agents at a time. The caller owns all arrays.
 */
#include <math.h>
#include <stdint.h>

#define BLOCK 512
#define OPTIONS 7
#define GAMMA 0x9E3779B97F4A7C15u

struct rules {
    double speed, spread_effect, noise;
    double drift, growth_sd, exit_rate, exit_slope, entrant_sd;
    double value[OPTIONS], loading[OPTIONS]; /* of the month */
};

static inline uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* A number in the open interval (0, 1). */
static inline double uniform(uint64_t agent, uint64_t draw)
{
    return ((double)(int64_t)(mixed(agent * GAMMA + draw) >> 12) + 0.5) * 0x1p-52;
}

/* Two normal numbers from each pair of uniform ones, by Box and Muller. */
static void normals(double *restrict out, const uint64_t *restrict agent, uint64_t draw)
{
    double radius[BLOCK / 2], angle[BLOCK / 2];
    for (int i = 0; i < BLOCK / 2; i++) {
        radius[i] = sqrt(-2.0 * log(uniform(agent[i], draw)));
        angle[i] = 6.283185307179586 * uniform(agent[i + BLOCK / 2], draw);
    }
    /* Loops of their own, for compilers join a sine and a cosine to one call that takes one number at a time. */
    for (int i = 0; i < BLOCK / 2; i++)
        out[i] = radius[i] * cos(angle[i]);
    for (int i = 0; i < BLOCK / 2; i++)
        out[i + BLOCK / 2] = radius[i] * sin(angle[i]);
}

static inline int rest(int64_t count, int64_t start)
{
    return count - start < BLOCK ? (int)(count - start) : BLOCK;
}

static void numbered(uint64_t *agent, int64_t start)
{
    for (int i = 0; i < BLOCK; i++)
        agent[i] = (uint64_t)(start + i);
}

/* Standard normal numbers of agents numbered from `first` on, for the start of a run. */
void start_normals(int64_t count, int64_t first, uint64_t draw, double *out)
{
    uint64_t agent[BLOCK];
    double normal[BLOCK];
    for (int64_t start = 0; start < count; start += BLOCK) {
        numbered(agent, first + start);
        normals(normal, agent, draw);
        for (int i = 0; i < rest(count, start); i++)
            out[start + i] = normal[i];
    }
}

/* Returns total holdings. */
double adjust(int64_t count, const double *restrict usual, double *restrict held, double spread, uint64_t draw,
              const struct rules *restrict rules)
{
    uint64_t agent[BLOCK];
    double normal[BLOCK], total = 0.0;
    double speed = rules->speed, noise = rules->noise, above = rules->spread_effect * spread;
    for (int64_t start = 0; start < count; start += BLOCK) {
        int n = rest(count, start);
        numbered(agent, start);
        normals(normal, agent, draw);
        for (int i = 0; i < n; i++) {
            double before = held[start + i];
            double after = before + speed * (usual[start + i] + above - before) + noise * normal[i];
            held[start + i] = after;
            total += after;
        }
    }
    return total;
}

/* Draws are `draw[option]`; counts issuers by option. */
void choose(int64_t count, const double *restrict preference, int8_t *restrict choice, const uint64_t *restrict draw,
            const struct rules *restrict rules, int64_t *restrict by_option)
{
    double best[BLOCK];
    int64_t option[BLOCK];
    for (int64_t start = 0; start < count; start += BLOCK) {
        int n = rest(count, start);
        for (int i = 0; i < BLOCK; i++) {
            best[i] = -1e300;
            option[i] = 0;
        }
        for (int k = 0; k < OPTIONS; k++) {
            double value = rules->value[k], loading = rules->loading[k];
            uint64_t which = draw[k];
            for (int i = 0; i < n; i++) {
                double taste = -log(-log(uniform((uint64_t)(start + i), which)));
                double utility = value + loading * preference[start + i] + taste;
                option[i] = utility > best[i] ? k : option[i];
                best[i] = utility > best[i] ? utility : best[i];
            }
        }
        for (int i = 0; i < n; i++) {
            choice[start + i] = (int8_t)option[i];
            by_option[option[i]]++;
        }
    }
}

/* Firms grow and leave; those that stay close ranks. Arrays have room for one block more. Returns their number. */
int64_t grow_and_leave(int64_t count, double *restrict size, uint64_t *restrict number, uint64_t growth,
                       uint64_t leaving, const struct rules *restrict rules)
{
    double normal[BLOCK], stays[BLOCK], grown[BLOCK];
    double drift = rules->drift, sd = rules->growth_sd, rate = rules->exit_rate, slope = rules->exit_slope;
    int64_t left = 0;
    for (int64_t start = 0; start < count; start += BLOCK) {
        int n = rest(count, start);
        normals(normal, number + start, growth);
        for (int i = 0; i < n; i++) {
            grown[i] = size[start + i] + drift + sd * normal[i];
            stays[i] = exp(-rate * exp(-slope * grown[i])) - uniform(number[start + i], leaving);
        }
        for (int i = 0; i < n; i++) {
            size[left] = grown[i];
            number[left] = number[start + i];
            left += stays[i] >= 0.0;
        }
    }
    return left;
}

/* Adds a Poisson number of firms while there is room. Returns the number of firms. */
int64_t enter(int64_t count, int64_t room, double mean, double *restrict size, uint64_t *restrict number,
              uint64_t first, uint64_t arrival, uint64_t draw, const struct rules *restrict rules)
{
    int64_t entrants = 0;
    /* As many as there are arrivals at rate 1 before the time `mean`. */
    for (double time = -log(uniform(0, arrival)); time < mean; time -= log(uniform((uint64_t)entrants, arrival)))
        entrants++;
    if (count + entrants > room)
        return -1;
    start_normals(entrants, (int64_t)first, draw, size + count);
    for (int64_t i = 0; i < entrants; i++) {
        size[count + i] *= rules->entrant_sd;
        number[count + i] = first + (uint64_t)i;
    }
    return count + entrants;
}
