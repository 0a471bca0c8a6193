"""The Grafana dashboards as code; `dashboards.generate` writes them where the chart and compose read them."""
