# Reference values of tests/fixtures/alerts/surveillance.json, made by R's package surveillance
# from series drawn here; run once: Rscript tests/support/surveillance_reference.R FILE
suppressMessages(library(surveillance))
suppressMessages(library(jsonlite))

set.seed(20261115)
weeks <- seq_len(52 * 9)
season <- 1 + 0.4 * cos(2 * pi * (weeks - 30) / 52)
overdispersed <- rnbinom(length(weeks), mu = 12 * season, size = 6)
overdispersed[c(380, 381, 382, 440)] <- overdispersed[c(380, 381, 382, 440)] + c(25, 40, 30, 45)
population <- round(40000 * (1.015 ^ (weeks / 52)) + 800 * sin(weeks / 9))
series <- list(
  overdispersed = overdispersed,
  growing = rpois(length(weeks), exp(1.2 + 0.004 * weeks) * season),
  rare = rpois(length(weeks), 0.35 * season),
  large = rnbinom(length(weeks), mu = 220 * season, size = 40)
)

days <- seq_len(140)
ears_series <- list(
  daily = rpois(140, 9 * rep(c(1.12, 1.08, 1.05, 1.03, 1.06, 0.86, 0.8), 20)),
  sparse = rpois(140, 0.6),
  flat = rep(c(4, 4, 4, 4, 4, 4, 4, 4, 9, 4), 14)
)

rounded <- function(x) unname(signif(as.numeric(x), 12))

ears_case <- function(name, method, ...) {
  control <- list(method = method, ...)
  result <- earsC(sts(observed = ears_series[[name]], frequency = 365), control = control)
  first <- length(ears_series[[name]]) - nrow(result) + 1
  list(
    series = name, method = method, options = list(...), first = first,
    upper = rounded(upperbound(result)), is_alarm = as.logical(alarms(result))
  )
}

farrington_case <- function(name, ...) {
  given <- list(...)
  defaults <- list(
    b = 5, w = 3, noPeriods = 1, trend = TRUE, pThresholdTrend = 0.05, reweight = TRUE,
    weightsThreshold = 2.58, pastWeeksNotIncluded = 3, powertrans = "2/3",
    thresholdMethod = "delta", alpha = 0.01, limit54 = c(5, 4), populationOffset = FALSE
  )
  options <- modifyList(defaults, given)
  control <- c(options, list(range = 430:453, glmWarnings = FALSE))
  object <- sts(observed = series[[name]], frequency = 52, population = matrix(population))
  result <- farringtonFlexible(object, control = control)
  list(
    series = name, options = options, first = 430,
    expected = rounded(result@control$expected), upper = rounded(upperbound(result)),
    dispersion = rounded(result@control$phiVector), trend = rounded(result@control$trendVector),
    p_value = rounded(result@control$pvalue),
    is_alarm = as.logical(alarms(result))
  )
}

improved <- list(
  noPeriods = 10, pThresholdTrend = 1, pastWeeksNotIncluded = 26, thresholdMethod = "nbPlugin",
  limit54 = c(0, 4)
)
cases <- list()
for (name in names(series)) {
  variants <- list(
    list(),
    list(reweight = FALSE, trend = FALSE, powertrans = "none"),
    list(b = 3, w = 2, powertrans = "1/2", weightsThreshold = 1),
    list(b = 4, populationOffset = TRUE, alpha = 0.001),
    improved,
    modifyList(improved, list(thresholdMethod = "muan", weightsThreshold = 1, b = 6)),
    modifyList(improved, list(noPeriods = 5, populationOffset = TRUE, reweight = FALSE))
  )
  for (variant in variants) {
    cases[[length(cases) + 1]] <- do.call(farrington_case, c(list(name), variant))
  }
}
ears <- list()
for (name in names(ears_series)) {
  for (method in c("C1", "C2", "C3")) {
    ears[[length(ears) + 1]] <- ears_case(name, method)
    ears[[length(ears) + 1]] <- ears_case(name, method, baseline = 28, minSigma = 1, alpha = 0.01)
  }
}
content <- list(
  provenance = paste0(
    "R ", getRversion(), ", surveillance ", packageVersion("surveillance"),
    ", tests/support/surveillance_reference.R; series drawn by that script"
  ),
  series = lapply(c(series, ears_series), as.integer),
  population = as.integer(population),
  ears = ears,
  farrington = cases
)
writeLines(
  toJSON(content, auto_unbox = TRUE, digits = NA, na = "null"), commandArgs(trailingOnly = TRUE)[1]
)
