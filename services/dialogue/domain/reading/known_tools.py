"""Names of software that small and growing businesses use; a table to extend."""

# Read wherever they stand, however they are capitalised.
TOOLS = (
    "Google Calendar", "Google Sheets", "Google Docs", "Google Drive", "Google Workspace", "Google Forms",
    "Google Ads", "Google Analytics", "Gmail", "Outlook", "Office 365", "Microsoft 365",
    "Microsoft Teams", "MS Teams", "SharePoint", "OneDrive", "OneNote", "Excel", "PowerPoint", "Power BI",
    "Dynamics 365", "Salesforce", "HubSpot", "Pipedrive", "Zoho CRM", "Zoho", "Freshdesk", "Freshsales",
    "Zendesk", "Intercom", "Help Scout", "Gorgias", "LiveChat", "Mailchimp", "Klaviyo", "ActiveCampaign",
    "Constant Contact", "SendGrid", "Twilio", "WhatsApp", "Telegram", "Instagram", "Facebook Marketplace",
    "Facebook", "LinkedIn",
    "TikTok", "RingCentral", "Aircall", "Dialpad", "Shopify", "WooCommerce", "WordPress", "Squarespace",
    "Webflow", "Wix", "BigCommerce", "Magento", "Etsy", "eBay", "QuickBooks", "Xero", "FreshBooks",
    "NetSuite", "DATEV", "Lexware", "Stripe", "PayPal", "Airtable", "Asana", "Trello", "ClickUp",
    "Basecamp", "Monday.com", "Jira", "Confluence", "Smartsheet", "Evernote", "Dropbox", "DocuSign",
    "PandaDoc", "Calendly", "Acuity", "SimplyBook", "Mindbody", "Vagaro", "Fresha", "OpenTable", "Resy",
    "Lightspeed", "TouchBistro", "DoorDash", "Uber Eats", "Dentrix", "Eaglesoft", "Open Dental",
    "Curve Dental", "Athenahealth", "Kareo", "SimplePractice", "Jane App", "Clio", "MyCase",
    "PracticePanther", "Procore", "Buildertrend", "CoConstruct", "JobNimbus", "Jobber", "Housecall Pro",
    "ServiceTitan", "CompanyCam", "AutoCAD", "Yardi", "AppFolio", "Buildium", "BambooHR", "Gusto",
    "Workday", "ADP", "SAP", "Odoo", "Zapier", "n8n", "ChatGPT", "Copilot", "Typeform", "SurveyMonkey",
    "GitHub", "GitLab", "FareHarbor",
)  # fmt: skip

# Everyday words too: read only with their capital, and only where tools are spoken of.
AMBIGUOUS_TOOLS = (
    "Slack", "Teams", "Notion", "Monday", "Zoom", "Square", "Toast", "Front", "Word", "Access", "Sage",
    "Wave", "Clover", "Deputy", "Linear", "Copper", "Meet", "Bill", "Buffer", "Canva", "Figma", "Box",
    "Sheets", "Messenger", "Epic",
)  # fmt: skip
