// Runs before the first paint (a plain blocking script), so that an elder never sees the small page flash by.
(function () {
  "use strict";
  var root = document.documentElement;
  var elder = /\/elder\/?$/.test(location.pathname);
  root.dataset.mode = elder ? "elder" : "standard";
  if (!elder) return;
  try {
    var size = Number(localStorage.getItem("dianda.elder_pt"));
    if (size >= 18 && size <= 30) root.style.setProperty("--t", size + "pt");
  } catch (error) {
    // Storage is off (private window): the default elder size stands.
  }
})();
